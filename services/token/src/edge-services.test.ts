// Origins that clients list, and the record of operators, over real PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditV1, clientV1, introspectionV1 } from '@cardea/rpc';
import { createClientOrigins } from './client-origins.js';
import { createPageTokens } from './page-tokens.js';
import { createNamesOnRecord, createNoteDecision } from './interactions/record.js';
import { createAuditHandlers } from './rpc/audit.js';
import { createClientOriginHandlers } from './rpc/client-origin.js';
import { createSeal } from './seal.js';
import { createAuditEvents } from './storage/audit-events.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import { createClients } from './storage/clients.js';

const call = { caller: undefined, signal: new AbortController().signal } as never;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('origins', () => {
  let now = 1_000_000;
  const stored = () => createClients(database.pool);
  const store = (clientId: string, allowedCorsOrigins: string[]) =>
    stored().insert({
      client: clientV1.Client.create({ clientId, allowedCorsOrigins }),
      secretHashes: [],
      registrationKey: Buffer.alloc(32),
    });
  /** Tokens of `spa` are called `good`. */
  const introspect = async ({ token }: { token: string }) =>
    introspectionV1.IntrospectResponse.create(token === 'good' ? { active: true, clientId: 'spa' } : {});
  const handlers = () => {
    const origins = createClientOrigins({ clients: stored(), database: database.pool, now: () => now });
    return createClientOriginHandlers({ origins, introspect });
  };
  const ask =
    (checks: ReturnType<typeof handlers>) =>
    async (origin: string, clientId = '', accessToken = '') =>
      (await checks.checkOrigin({ origin, clientId, accessToken }, call)).allowed;

  test('count for their own client; a preflight, which names none, asks all of them', async () => {
    const check = ask(handlers());
    await store('spa', ['https://spa.example', 'https://*.own.example', 'http://localhost:3000']);
    await store('other', []);
    expect(await check('https://spa.example', 'spa')).toBe(true);
    expect(await check('https://x.own.example', 'spa')).toBe(true);
    expect(await check('https://x.y.own.example', 'spa')).toBe(false);
    expect(await check('http://localhost:3000', 'spa')).toBe(true);
    expect(await check('https://spa.example', 'other')).toBe(false);
    expect(await check('https://spa.example', 'nobody')).toBe(false);
    expect(await check('null', 'spa')).toBe(false);
    expect(await check('https://spa.example')).toBe(true);
    expect(await check('https://x.own.example')).toBe(true);
    expect(await check('https://evil.example')).toBe(false);
    expect(await check('https://spa.example', '', 'good')).toBe(true);
    expect(await check('https://evil.example', '', 'good')).toBe(false);
    expect(await check('https://spa.example', '', 'no-token')).toBe(false);
  });

  test('a list that changed counts at once for its client, and within seconds for preflights', async () => {
    const check = ask(handlers());
    expect(await check('https://new.example')).toBe(false);
    const client = clientV1.Client.create({ clientId: 'spa', allowedCorsOrigins: ['https://new.example'] });
    await stored().replace(client, { secretHashes: undefined, ifVersion: 0 });
    expect(await check('https://new.example', 'spa')).toBe(true);
    expect(await check('https://spa.example', 'spa')).toBe(false);
    now += 2_000;
    expect(await check('https://new.example')).toBe(true);
    expect(await check('https://spa.example')).toBe(false);
  });
});

describe('the record of operators', () => {
  const secrets = ['the newest secret of them all here', 'the one before, which is still known'];
  const handlers = () => {
    const { pool } = database;
    const random = (bytes: number) => Buffer.alloc(bytes, 7);
    const pageTokens = createPageTokens(createSeal(['x'.repeat(32)], 'audit_page_token', random), Date.now);
    return createAuditHandlers({
      events: createAuditEvents(pool),
      pageTokens,
      namesOnRecord: createNamesOnRecord(secrets),
    });
  };
  const event = (requestId: string, actor: string) =>
    auditV1.AuditEvent.create({
      actor,
      authentication: 'api_key',
      action: 'PUT /admin/clients/:id',
      target: '/admin/clients/a',
      status: 200,
      requestId,
    });

  test('is listed newest first, in pages, by actor', async () => {
    const { recordEvent, listEvents } = handlers();
    for (const [id, actor] of [
      ['r1', 'ada'],
      ['r2', 'bob'],
      ['r3', 'ada'],
    ] as const)
      await recordEvent({ event: event(id, actor) }, call);
    const first = await listEvents({ pageSize: 2, pageToken: '', actor: '', subject: '' }, call);
    expect(first.events.map(({ requestId }) => requestId)).toEqual(['r3', 'r2']);
    expect(first.events[0]).toMatchObject({
      ...event('r3', 'ada'),
      id: expect.any(String),
      occurredAt: expect.any(Date),
    });
    const rest = await listEvents({ pageSize: 2, pageToken: first.nextPageToken, actor: '', subject: '' }, call);
    expect(rest.events.map(({ requestId }) => requestId)).toEqual(['r1']);
    expect(rest.nextPageToken).toBe('');
    const hers = await listEvents({ pageSize: 0, pageToken: '', actor: 'ada', subject: '' }, call);
    expect(hers.events.map(({ requestId }) => requestId)).toEqual(['r3', 'r1']);
    await expect(listEvents({ pageSize: 0, pageToken: 'made-up', actor: '', subject: '' }, call)).rejects.toMatchObject(
      {
        code: 'invalid_request',
      },
    );
  });

  test('is listed in the order of its numbers, not of their digits', async () => {
    const { recordEvent, listEvents } = handlers();
    const asked = Array.from({ length: 12 }, (_, n) => `many-${String(n)}`);
    for (const id of asked) await recordEvent({ event: event(id, 'eve') }, call);
    const listed: string[] = [];
    for (let pageToken = '', more = true; more; more = pageToken !== '') {
      const page = await listEvents({ pageSize: 5, pageToken, actor: 'eve', subject: '' }, call);
      listed.push(...page.events.map(({ requestId }) => requestId));
      pageToken = page.nextPageToken;
    }
    expect(listed).toEqual(asked.toReversed());
  });

  test('J12: of one person, under whichever secret it was written, and of nobody else', async () => {
    const { recordEvent, listEvents } = handlers();
    const decided = (subject: string, known: readonly string[]) =>
      createNoteDecision(
        known,
        true,
      )({ action: 'accept login', clientId: 'a', flowId: Buffer.alloc(1), subject, scopes: [], error: '' })!;
    const asked = [
      ['old', decided('ann', secrets.slice(1)).actor],
      ['other', decided('bob', secrets).actor],
      ['new', decided('ann', secrets).actor],
      ['forgotten', decided('ann', ['a secret that nobody knows any more']).actor],
    ] as const;
    for (const [id, actor] of asked) await recordEvent({ event: event(id, actor) }, call);
    const listed = async (subject: string, pageToken = '') => {
      const page = await listEvents({ pageSize: 1, pageToken, actor: '', subject }, call);
      return [page.events.map(({ requestId }) => requestId).join(), page.nextPageToken] as const;
    };
    const [first, next] = await listed('ann');
    expect([first, await listed('ann', next)]).toEqual(['new', ['old', '']]);
    expect(await listed('bob')).toEqual(['other', '']);
    expect(await listed('nobody')).toEqual(['', '']);
    await expect(listEvents({ pageSize: 1, pageToken: '', actor: 'a', subject: 'b' }, call)).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test.each([
    "UPDATE cardea.audit_event SET actor = 'x'",
    'DELETE FROM cardea.audit_event',
    'TRUNCATE cardea.audit_event',
  ])('cannot be rewritten: %s', async (statement) => {
    await expect(database.pool.query(statement)).rejects.toThrow('append-only');
  });
});
