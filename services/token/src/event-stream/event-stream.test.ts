// The audit stream over real PostgreSQL: what changes is told by the change itself, what is busy only where somebody listens, nobody
// who reads on misses what was slow to commit, and no event names a person (issue 7).
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { clientV1, interactionV1 } from '@cardea/rpc';
import { eventTypeNames, eventTypes } from '@cardea/service';
import { createHmac } from 'node:crypto';
import type { Browser, Installation } from '../authorize/installation.fixture.js';
import { authorizationUrl, createInstallation, parameterOf, told } from '../authorize/installation.fixture.js';
import { createNoTokenCache } from '../cache/token-cache.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { createEventStreamHandlers } from '../rpc/event-stream.js';
import { createAuditEvents } from '../storage/audit-events.js';
import { createFamilies } from '../storage/families.js';
import { openDatabase } from '../storage/database.js';
import { insertEvents, newEvent } from '../storage/event-outbox.js';
import type { HeardKey } from '../storage/known-keys.js';
import { keyChangePlace, takeOverKeyChanges } from '../storage/key-changes.js';
import { tellOfKeys } from '../storage/known-keys.js';
import { createPartitions, dropExpiredPartitions } from '../storage/partitions.js';
import { createWire, over } from '../tcp-proxy.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { call, createTokenService, verdict } from '../tokens.fixture.js';
import { allEvents, openTestStream, quietStream, until } from './stream.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(150_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => database.pool.query('TRUNCATE cardea.event'));

const types = async () => (await allEvents(database.pool)).map(({ type }) => type);
const said = async () => (await allEvents(database.pool)).map(({ type, data }) => [type, data]);

describe('what operators change', () => {
  let service: TokenService;
  beforeAll(async () => {
    service = await createTokenService({ database });
  });
  afterAll(() => service.close());

  test('of clients is told, each change as what it is, though nobody listens', async () => {
    const { client } = await service.client({ clientId: 'shop' }, 'secret-of-shop');
    await service.rooms.clientHandlers.setClient(
      { client: { ...client!, clientName: 'Shop' }, clientSecret: '', ifVersion: 0 },
      call,
    );
    await service.rooms.clientHandlers.rotateClientSecret({ clientId: 'shop' }, call);
    await service.rooms.clientHandlers.dropRotatedClientSecrets({ clientId: 'shop' }, call);
    await service.rooms.clientHandlers.deleteClient({ clientId: 'shop' }, call);
    expect(await said()).toEqual([
      ['cardea.client.created.v1', { client_id: 'shop' }],
      ['cardea.client.changed.v1', { client_id: 'shop', secrets: false }],
      ['cardea.client.secret_rotated.v1', { client_id: 'shop' }],
      ['cardea.client.changed.v1', { client_id: 'shop', secrets: true }],
      ['cardea.client.deleted.v1', { client_id: 'shop' }],
    ]);
  });

  test('is told with the change or not at all', async () => {
    const connection = await database.pool.connect();
    await connection.query('BEGIN');
    await connection.query(`INSERT INTO cardea.client (id, name, owner, metadata) VALUES ('undone', '', '', '')`);
    await connection.query('ROLLBACK');
    connection.release();
    await verdict(service.rooms.clientHandlers.deleteClient({ clientId: 'nobody' }, call));
    expect(await types()).toEqual([]);
  });

  test('of secrets that are only sealed anew nothing is told', async () => {
    await service.client({ clientId: 'sealed' }, 'secret-of-sealed');
    await database.pool.query(`UPDATE cardea.client SET secret_hashes = '{again}' WHERE id = 'sealed'`);
    expect(await types()).toEqual(['cardea.client.created.v1']);
  });

  test('of trusted issuers is told', async () => {
    const id = '018f0000-0000-7000-8000-000000000001';
    await database.pool.query(
      `INSERT INTO cardea.trusted_issuer (id, issuer, subject, allow_any_subject, scopes, key_id, jwk, expires_at)
        VALUES ($1, 'https://idp.example', 'a-canary', false, '{}', 'k', '{}', now() + interval '1 day')`,
      [id],
    );
    await service.rooms.trustedIssuerHandlers.deleteTrustedIssuer({ id }, call);
    const data = { trust_id: id, issuer: 'https://idp.example' };
    expect(await said()).toEqual([
      ['cardea.issuer.trusted.v1', data],
      ['cardea.issuer.trust_ended.v1', data],
    ]);
  });

  test('through the admin API is told without what the query says, and findings as they are found', async () => {
    const record = createAuditEvents(database.pool);
    const change = { actor: 'ops', authentication: 'api_key', action: 'DELETE /admin/x', status: 204, requestId: 'r1' };
    await record.add({ ...change, target: '/admin/x?subject=a-canary' });
    await record.add({ ...change, authentication: 'interaction', target: 'scope=x' });
    await database.pool.query(
      `INSERT INTO cardea.signature_finding (kind, id, facts) VALUES ('token_without_signature', 'j1', '{"a": "b"}')`,
    );
    expect(await said()).toEqual([
      [
        'cardea.admin.changed.v1',
        {
          ...{ actor: 'ops', authentication: 'api_key', action: 'DELETE /admin/x' },
          target: '/admin/x',
          status: 204,
          request_id: 'r1',
        },
      ],
      ['cardea.signature.finding.v1', { finding: '1', kind: 'token_without_signature', about: 'j1' }],
    ]);
  });
});

describe('what is busy', () => {
  const form = { grant_type: 'client_credentials' };
  const traffic = async (service: TokenService, id: string) => {
    const secret = `secret-of-${id}`;
    await service.client({ clientId: id }, secret);
    const auth = service.basic(id, secret);
    await service.token(form, auth);
    await verdict(service.token(form, service.basic(id, 'wrong')));
    await verdict(service.token(form, service.basic('a-secret-in-the-wrong-place', 'x')));
    await verdict(service.token({ grant_type: 'authorization_code', code: 'x' }, auth));
    const { refreshToken, accessToken } = await service.redeemed(id, auth);
    await service.revoke({ token: accessToken }, auth);
    await verdict(service.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, auth));
  };

  test('is told where it is asked for, without what strangers send', async () => {
    const stream = openTestStream(database.pool, { EVENTS_TYPES: 'cardea.token.*,cardea.client.*' });
    const service = await createTokenService({ database, stream });
    await traffic(service, 'busy');
    await stream.recorder.close();
    await service.close();
    const about = { client_id: 'busy' };
    expect(await said()).toEqual([
      ['cardea.client.created.v1', about],
      ['cardea.token.issued.v1', { ...about, grant_type: 'client_credentials' }],
      ['cardea.client.authentication_failed.v1', { ...about, reason: 'wrong secret' }],
      ['cardea.client.authentication_failed.v1', { reason: 'unknown client' }],
      ['cardea.token.refused.v1', { ...about, grant_type: 'authorization_code', error: 'invalid_grant' }],
      ['cardea.token.issued.v1', { ...about, grant_type: 'authorization_code' }],
      ['cardea.token.revoked.v1', { ...about, token_use: 'access_token' }],
      ['cardea.token.refused.v1', { ...about, grant_type: 'refresh_token', error: 'invalid_grant' }],
    ]);
  });

  test('is not even written where nobody asks, but for what is alarming', async () => {
    const stream = openTestStream(database.pool, {});
    const service = await createTokenService({ database, stream });
    await traffic(service, 'quiet');
    const { code, grantId } = await service.code('quiet', { pkce: false });
    const auth = service.basic('quiet', 'secret-of-quiet');
    const redeem = { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example/cb' };
    await service.token(redeem, auth);
    expect(await verdict(service.token(redeem, auth))).toBe('invalid_grant');
    await stream.recorder.close();
    await service.close();
    expect(await said()).toEqual([
      ['cardea.client.created.v1', { client_id: 'quiet' }],
      ['cardea.token.code_reuse_detected.v1', { client_id: 'quiet', grant_id: grantId }],
    ]);
  });

  test('waits for a database that is away', async () => {
    const wire = await createWire(database.dsn);
    const pool = openDatabase(over(wire, database.dsn), quietLog);
    const { recorder } = openTestStream(pool, { EVENTS_TYPES: '*' });
    wire.cut();
    for (let n = 0; n < 3; n++) recorder.record('cardea.token.issued.v1', { client_id: String(n) });
    await recorder.flush();
    expect(await allEvents(database.pool)).toEqual([]);
    wire.mend();
    await recorder.close();
    expect((await allEvents(database.pool)).map(({ data }) => data['client_id'])).toEqual(['0', '1', '2']);
    await pool.end();
    await wire.close();
  });
});

test('whoever reads on misses nothing that was slow to commit, and reads nothing twice', async () => {
  const { readEvents } = createEventStreamHandlers({
    database: database.pool,
    recorder: quietStream.recorder,
    source: 'x',
  });
  const asked = { types: [], clientId: '', since: undefined, limit: 0 };
  const seen: string[] = [];
  let after = (await readEvents({ ...asked, after: 'end' }, call)).next;
  const readOn = async () => {
    const { eventsJson, next } = await readEvents({ ...asked, after }, call);
    after = next;
    seen.push(...eventsJson.map((text) => (JSON.parse(text) as { data: { client_id: string } }).data.client_id));
  };
  const tell = (id: string) => newEvent('cardea.token.issued.v1', { client_id: id });
  const slow = await database.pool.connect();
  await slow.query('BEGIN');
  await insertEvents(slow, [tell('slow')]);
  await insertEvents(database.pool, [tell('fast')]);
  await readOn();
  // What is behind one that is still open waits for it.
  expect(seen).toEqual([]);
  await slow.query('COMMIT');
  slow.release();
  const readTo = (count: number) =>
    until(async () => {
      await readOn();
      return seen.length >= count;
    });
  await readTo(2);
  await insertEvents(database.pool, [tell('later')]);
  await readTo(3);
  await readOn();
  expect(seen).toEqual(['slow', 'fast', 'later']);
  for (const place of ['x', '1-2', `${'9'.repeat(20)}-${'9'.repeat(20)}`])
    expect(await verdict(Promise.resolve().then(() => readEvents({ ...asked, after: place }, call)))).toBe(
      'invalid_request',
    );
  const wrong = { ...asked, after: '', types: ['cardea.nothing.*'] };
  expect(await verdict(Promise.resolve().then(() => readEvents(wrong, call)))).toBe('invalid_request');
});

test('events lie in the partition of a day, which goes whole after six', async () => {
  const now = Date.now();
  await createPartitions(database.pool, now);
  await insertEvents(database.pool, [newEvent('cardea.token.issued.v1', { client_id: 'kept' })]);
  const { rows } = await database.pool.query(
    'SELECT relname AS partition FROM cardea.event JOIN pg_class ON pg_class.oid = event.tableoid',
  );
  const day = new Date(now + 6 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  expect(rows).toEqual([{ partition: `event_${day}` }]);
  await dropExpiredPartitions(database.pool, now + 5 * 86_400_000);
  expect(await types()).toHaveLength(1);
  expect(await dropExpiredPartitions(database.pool, now + 9 * 86_400_000)).toContain(`event_${day}`);
  expect(await types()).toEqual([]);
});

test('what is rare is found in parts of the stream, each of which says that there may be more', async () => {
  const { readEvents } = createEventStreamHandlers({
    ...{ database: database.pool, recorder: quietStream.recorder, source: 'x' },
  });
  const busy = Array.from({ length: 5_100 }, () => newEvent('cardea.token.issued.v1', { client_id: 'busy' }));
  await insertEvents(database.pool, [newEvent('cardea.token.issued.v1', { client_id: 'rare' }), ...busy]);
  await insertEvents(database.pool, [newEvent('cardea.token.issued.v1', { client_id: 'rare' })]);
  const parts: number[] = [];
  await until(async () => {
    parts.length = 0;
    for (let [after, more] = ['', true]; more;) {
      const part = await readEvents({ after, types: [], clientId: 'rare', since: undefined, limit: 0 }, call);
      parts.push(part.eventsJson.length);
      [after, more] = [part.next, part.more];
    }
    return parts.length === 2 && parts[1] === 1;
  });
  expect(parts).toEqual([1, 1]);
});

test('signing keys are told of as they come, begin, retire and go, whoever hears it and however often', async () => {
  const key = (keyId: string, state: HeardKey['state']): HeardKey => ({
    keySet: 'set',
    keyId,
    algorithm: 'RS256',
    state,
  });
  const hear = (...keys: HeardKey[]) => Promise.all([1, 2, 3].map(() => tellOfKeys(database.pool, keys)));
  await hear(key('a', 'current'));
  await hear(key('a', 'current'), key('b', 'next'));
  await hear(key('a', 'retired'), key('b', 'current'));
  // A process that has not heard yet.
  await hear(key('a', 'current'), key('b', 'next'));
  await hear(key('b', 'current'));
  const news = async () => (await allEvents(database.pool)).map(({ type, data }) => `${type} ${String(data['kid'])}`);
  const before = [
    ...['cardea.key.created.v1 a', 'cardea.key.promoted.v1 a', 'cardea.key.created.v1 b'],
    ...['cardea.key.promoted.v1 b', 'cardea.key.retired.v1 a'],
  ];
  expect((await news()).sort()).toEqual([...before].sort());
  await database.pool.query(`UPDATE cardea.known_key SET heard_at = now() - interval '3 minutes'`);
  await hear(key('b', 'current'));
  expect((await news()).sort()).toEqual([...before, 'cardea.key.destroyed.v1 a'].sort());
});

test('who changed a signing key is taken over into the record of operators once, whoever hears it and however often', async () => {
  const change = (id: number, act: string, changedBy: string) => ({
    ...{ id, act, changedBy, keySet: 'set', keyId: 'k', changedAt: new Date('2026-01-02T03:04:05Z') },
  });
  const hear = (...changes: ReturnType<typeof change>[]) =>
    Promise.all([1, 2, 3].map(() => takeOverKeyChanges(database.pool, changes)));
  const begun = await keyChangePlace(database.pool);
  const [first, second] = [change(begun + 1, 'promote', 'spiffe://ops'), change(begun + 4, 'retire', '')];
  await hear(first);
  await hear(first, second);
  await hear(second);
  await hear();
  expect(await keyChangePlace(database.pool)).toBe(begun + 4);
  const { rows } = await database.pool.query(
    `SELECT actor, authentication, action, target, occurred_at = '2026-01-02T03:04:05Z' AS then
      FROM cardea.audit_event WHERE action LIKE 'keys %' ORDER BY id`,
  );
  const common = { target: 'set/k', then: true };
  expect(rows).toEqual([
    { actor: 'spiffe://ops', authentication: 'mtls', action: 'keys promote', ...common },
    { actor: 'local', authentication: 'none', action: 'keys retire', ...common },
  ]);
  expect((await allEvents(database.pool)).map(({ type, data }) => [type, data['actor'], data['action']])).toEqual([
    ['cardea.admin.changed.v1', 'spiffe://ops', 'keys promote'],
    ['cardea.admin.changed.v1', 'local', 'keys retire'],
  ]);
});

describe('logins and consents', () => {
  let it: Installation;
  const subject = 'a-canary-of-a-person';
  const pseudonymKey = 'a-key-for-pseudonyms';
  let flush: () => Promise<void>;
  beforeAll(async () => {
    it = await createInstallation({}, undefined, (pool) => {
      const stream = openTestStream(pool, { EVENTS_TYPES: '*', EVENTS_PSEUDONYM_KEY: pseudonymKey });
      flush = stream.recorder.flush;
      return stream;
    });
  });
  afterAll(async () => {
    await flush();
    await it.close();
  });
  const person = createHmac('sha256', pseudonymKey).update(subject).digest().subarray(0, 16).toString('base64url');

  const toConsent = async (browser: Browser) => {
    const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
    const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject });
    const { redirectTo } = await it.app.acceptLoginRequest(answer, call);
    return parameterOf(await browser.open(redirectTo), 'consent_challenge');
  };

  test('are told by a pseudonym where there is a key for it, and by no name', async () => {
    const browser = it.browser();
    const challenge = await toConsent(browser);
    const granted = interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes: ['openid'] });
    const { redirectTo } = await it.app.acceptConsentRequest(granted, call);
    expect(told(await browser.open(redirectTo))).toHaveProperty('code');
    const refused = await toConsent(it.browser());
    await it.app.rejectConsentRequest({ challenge: refused, rejection: undefined }, call);
    const login = parameterOf(await it.browser().open(authorizationUrl()), 'login_challenge');
    await it.app.rejectLoginRequest({ challenge: login, rejection: undefined }, call);
    const { personOf } = openTestStream(it.database, { EVENTS_PSEUDONYM_KEY: pseudonymKey });
    await createFamilies(it.database, createNoTokenCache(), personOf).withdraw({ subject, clientId: undefined });
    await flush();

    const events = await allEvents(it.database);
    const about = { client_id: 'app' };
    const grant_id = expect.any(String);
    const byType = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);
    expect(byType('cardea.login.accepted.v1')).toEqual([
      { ...about, remembered: 'false', person },
      { ...about, remembered: 'false', person },
    ]);
    expect(byType('cardea.consent.granted.v1')).toEqual([{ ...about, grant_id, scope: 'openid', person }]);
    expect(byType('cardea.consent.refused.v1')).toEqual([{ ...about, person }]);
    expect(byType('cardea.login.rejected.v1')).toEqual([about]);
    expect(byType('cardea.consent.revoked.v1')).toEqual([{ ...about, grant_id, person }]);
    expect(JSON.stringify(events)).not.toContain(subject);
    // Each says what its type may say, and nothing else.
    for (const { type, data } of events) {
      expect(eventTypeNames).toContain(type);
      expect(Object.keys(eventTypes[type].data)).toEqual(expect.arrayContaining(Object.keys(data)));
    }
  });
});

test('clients that register themselves are told of too', async () => {
  const service = await createTokenService({ database });
  await service.client(clientV1.Client.create({ clientId: 'own', dynamicallyRegistered: true }));
  await service.close();
  expect(await types()).toEqual(['cardea.client.created.v1']);
});
