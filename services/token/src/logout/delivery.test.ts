// Logout notifications on their way: real PostgreSQL, Redis and relying parties that fail in every way they can
// (Back-Channel Logout 1.0 §2.4 to §2.8; security catalogue S11, G08).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sessionV1 } from '@cardea/rpc';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { compactDecrypt, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';
import { once } from 'node:events';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClientKeys } from '../client-keys.js';
import { needed, quietLog } from '../database.fixture.js';
import { createEncrypt } from '../encrypt.js';
import type { Outbound } from '../outbound/index.js';
import { createOutbound } from '../outbound/index.js';
import type { DeliveryState } from '../storage/logout-deliveries.js';
import { call, verdict } from '../tokens.fixture.js';
import { createDeliver } from './deliver.js';
import type { LogoutDeliveryWorker } from './delivery-worker.js';
import { createLogoutDeliveryWorker } from './delivery-worker.js';
import { createEndIdentityProviderSession } from './identity-provider.js';
import { createPrepareDelivery } from './prepare-delivery.js';
import type { SessionsService } from './session.fixture.js';
import { createSessions } from './session.fixture.js';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

const redisUrl = needed('CARDEA_TEST_REDIS_URL');
const lease = 61_000;
let it: SessionsService;
let server: Server;
let url: string;
let received: Received[];
/** What the relying party answers; the last one stays. */
let answers: number[];
let changed: () => void = () => undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, form: new URLSearchParams(Buffer.concat(chunks).toString()) });
      const status = answers.length > 1 ? answers.shift() : answers[0];
      response.writeHead(status ?? 200, { Location: `${url}/elsewhere` }).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  it = await createSessions({ settings: { identityProviderUrl: url } });
  await it.client('app', { backchannelLogoutUri: `${url}/back` });
});
afterAll(async () => {
  await it.close();
  server.close();
});
beforeEach(() => {
  received = [];
  answers = [200];
  it.signer.away = false;
});

const prepare = () =>
  createPrepareDelivery({
    deliveries: it.deliveries,
    clients: it.resolver,
    keys: it.signer,
    encrypt: createEncrypt(createClientKeys({ outbound: it.outbound, now: () => it.clock.millis })),
    now: () => it.clock.millis,
    random: (bytes) => Buffer.alloc(bytes, received.length + 1),
  });

function deliverer(outbound: Outbound = it.outbound, idp: string | undefined = url) {
  return createDeliver({
    deliveries: it.deliveries,
    token: { prepareLogoutDelivery: prepare() },
    outbound,
    endIdentityProviderSession: createEndIdentityProviderSession({ url: idp, headers: [['X-Key', 'k 1']] }, outbound),
    log: quietLog,
    count: () => changed(),
    now: () => it.clock.millis,
    jitter: () => 0.5,
  });
}

/** Somebody logs out who was logged in at this client. */
async function owed(login: Parameters<SessionsService['logIn']>[1] = {}) {
  const { sessionId } = await it.logIn(new Map(), login);
  await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
  const rows = await it.owed(sessionId);
  return { sessionId, id: rows[0]!.id };
}
const row = async (id: string) => (await it.deliveries.find(id))!;

describe('one attempt', () => {
  test('is a form with a logout token of the session', async () => {
    const { id, sessionId } = await owed({ subject: 'ann' });
    await deliverer()(id, 0);
    expect(await row(id)).toMatchObject({ state: 'delivered', attempts: 1, lastOutcome: '200' });
    const [request] = received;
    expect([request?.method, request?.path]).toEqual(['POST', '/back']);
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...request!.form.keys()]).toEqual(['logout_token']);
    const { keys } = await it.signer.listPublicKeys({});
    const key = await importJWK(JSON.parse(keys[0]!.jwkJson) as Record<string, string>, 'ES256');
    const { payload, protectedHeader } = await jwtVerify(request!.form.get('logout_token')!, key, {
      typ: 'logout+jwt',
      audience: 'app',
      issuer: 'https://as.test',
      currentDate: new Date(it.clock.millis),
      requiredClaims: ['iat', 'exp', 'jti'],
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: 'ann',
      sid: sessionId,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(payload['nonce']).toBeUndefined();
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(120);
  });

  test('is encrypted for a client whose ID tokens are', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'e1', use: 'enc', alg: 'ECDH-ES' };
    await it.client('sealed', {
      backchannelLogoutUri: `${url}/back`,
      jwksJson: Buffer.from(JSON.stringify({ keys: [jwk] })),
      idTokenEncryptedResponseAlg: 'ECDH-ES',
      idTokenEncryptedResponseEnc: 'A128GCM',
    });
    const { id, sessionId } = await owed({ clientId: 'sealed' });
    await deliverer()(id, 0);
    const { plaintext, protectedHeader } = await compactDecrypt(
      received[0]?.form.get('logout_token') ?? '',
      privateKey,
    );
    expect(protectedHeader).toMatchObject({ alg: 'ECDH-ES', enc: 'A128GCM', cty: 'JWT', kid: 'e1' });
    expect(claimsOf(Buffer.from(plaintext).toString())).toMatchObject({ aud: ['sealed'], sid: sessionId });
  });

  test.each<[number, DeliveryState]>([
    [204, 'delivered'],
    [400, 'failed'],
    [302, 'failed'],
    [500, 'pending'],
    [503, 'pending'],
    [429, 'pending'],
  ])('answered %i: %s', async (status, state) => {
    answers = [status];
    const { id } = await owed();
    await deliverer()(id, 0);
    expect(await row(id)).toMatchObject({ state, attempts: 1, lastOutcome: String(status) });
    // Redirects are not followed.
    expect(received.map(({ path }) => path)).toEqual(['/back']);
  });

  test('not reached: later', async () => {
    await it.client('deaf', { backchannelLogoutUri: 'http://127.0.0.1:1/back' });
    const { id } = await owed({ clientId: 'deaf' });
    await deliverer()(id, 0);
    expect(await row(id)).toMatchObject({ state: 'pending', lastOutcome: 'no answer' });
  });

  test('goes where the client is now, with a token of its own each time', async () => {
    await it.client('moved', { backchannelLogoutUri: `${url}/before` });
    answers = [500, 200];
    const { id } = await owed({ clientId: 'moved' });
    await deliverer()(id, 0);
    await it.rooms.clientHandlers.setClient(
      {
        client: { ...(await it.resolver.find('moved'))!.client, backchannelLogoutUri: `${url}/after` },
        clientSecret: '',
        ifVersion: 0,
      },
      call,
    );
    it.clock.millis += 5_000;
    await deliverer()(id, 1);
    expect(received.map(({ path }) => path)).toEqual(['/before', '/after']);
    const [first, second] = received.map(({ form }) => claimsOf(form.get('logout_token') ?? ''));
    expect(second?.['jti']).not.toBe(first?.['jti']);
    expect(second?.['sid']).toBe(first?.['sid']);
    expect((await row(id)).state).toBe('delivered');
  });

  test('comes to an end when the client, or its address, is gone', async () => {
    await it.client('gone', { backchannelLogoutUri: `${url}/gone` });
    const { id } = await owed({ clientId: 'gone' });
    await it.rooms.clientHandlers.deleteClient({ clientId: 'gone' }, call);
    await deliverer()(id, 0);
    expect(await row(id)).toMatchObject({ state: 'failed', lastOutcome: 'the client has no address for it any more' });
    expect(received).toEqual([]);
  });

  test('G08: does not go to a private address where that is forbidden', async () => {
    const outbound = createOutbound(
      { disallowPrivate: true, privateByDefault: false, excepted: () => false, plainHttp: true },
      { log: quietLog },
    );
    const { id } = await owed();
    await deliverer(outbound)(id, 0);
    outbound.close();
    expect(await row(id)).toMatchObject({ state: 'failed', lastOutcome: 'we do not ask at that address' });
    expect(received).toEqual([]);
  });

  test('waits while nothing can be signed', async () => {
    const { id } = await owed();
    it.signer.away = true;
    await deliverer()(id, 0);
    expect(await row(id)).toMatchObject({ state: 'pending', attempts: 1 });
    it.signer.away = false;
    it.clock.millis += 5_000;
    await deliverer()(id, 1);
    expect((await row(id)).state).toBe('delivered');
  });

  test('is made once, however many workers try', async () => {
    const { id } = await owed();
    await Promise.all([deliverer()(id, 0), deliverer()(id, 0), deliverer()(id, 0)]);
    expect(received).toHaveLength(1);
  });

  test('is made again when the worker that began it has died', async () => {
    const { id } = await owed();
    await it.deliveries.claim(id, 0, it.clock.millis, 60_000);
    expect((await it.deliveries.due(it.clock.millis, 500)).some((due) => due.id === id)).toBe(false);
    it.clock.millis += lease;
    expect(await it.deliveries.due(it.clock.millis, 500)).toContainEqual({ id, attempts: 1 });
    await deliverer()(id, 1);
    expect(await row(id)).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('is given up after a day', async () => {
    answers = [500];
    const { id } = await owed();
    it.clock.millis += 86_000_000;
    await deliverer()(id, 0);
    expect(await row(id)).toMatchObject({ state: 'failed', lastOutcome: '500' });
  });
});

describe('the worker may have signed', () => {
  test('what is pending, and nothing else', async () => {
    const { id } = await owed();
    await deliverer()(id, 0);
    for (const asked of [id, '999999', '0', '', 'x', '1 OR 1=1']) {
      expect(await verdict(prepare()({ id: asked }))).toBe('not_found');
    }
  });
});

describe('the identity provider', () => {
  const login = { subject: 'idp', answer: { identityProviderSessionId: 'kratos/7' } };
  const owedToIt = async () => {
    const { sessionId } = await owed(login);
    return (await it.owed(sessionId)).find(({ clientId }) => clientId === '')!.id;
  };

  test.each([204, 404])('ends its session, with the headers it wants: %i', async (status) => {
    answers = [status];
    const id = await owedToIt();
    await deliverer()(id, 0);
    expect(received[0]).toMatchObject({ method: 'DELETE', path: '/admin/sessions/kratos%2F7' });
    expect(received[0]?.headers['x-key']).toBe('k 1');
    expect((await row(id)).state).toBe('delivered');
  });

  test('S11: is tried again when it is down, and let go when it is configured no more', async () => {
    answers = [503];
    const id = await owedToIt();
    await deliverer()(id, 0);
    expect((await row(id)).state).toBe('pending');
    it.clock.millis += 5_000;
    const none = createDeliver({
      deliveries: it.deliveries,
      token: { prepareLogoutDelivery: prepare() },
      outbound: it.outbound,
      endIdentityProviderSession: createEndIdentityProviderSession({}, it.outbound),
      log: quietLog,
      count: () => undefined,
      now: () => it.clock.millis,
      jitter: () => 0.5,
    });
    await none(id, 1);
    expect((await row(id)).state).toBe('failed');
  });
});

describe('the queue', () => {
  let worker: LogoutDeliveryWorker | undefined;
  afterEach(async () => {
    await worker?.close();
  });
  const start = () =>
    createLogoutDeliveryWorker({
      redisUrl,
      deliveries: it.deliveries,
      deliver: deliverer(),
      log: quietLog,
      now: () => it.clock.millis,
    });
  /** Settles when a notification has left this state. */
  const until = async (id: string, state: DeliveryState): Promise<void> => {
    while ((await row(id)).state !== state) await new Promise<void>((resolve) => (changed = resolve));
  };

  test('finds by itself what is due', async () => {
    const { id } = await owed();
    worker = start();
    await until(id, 'delivered');
    expect(received.length).toBeGreaterThan(0);
  });

  test('Redis forgets everything: what was due is put there again', async () => {
    const { id } = await owed();
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const queue = new Queue('cardea-logout', { connection });
    await queue.add('deliver', { id, attempts: 0 }, { jobId: `${id}-0` });
    await queue.obliterate({ force: true });
    await queue.close();
    connection.disconnect();
    worker = start();
    await until(id, 'delivered');
  });

  test('a failed notification can be listed and sent again', async () => {
    answers = [400, 200];
    const { id } = await owed();
    worker = start();
    await until(id, 'failed');
    const asked = { clientId: 'app', state: sessionV1.LogoutDeliveryState.FAILED, pageSize: 1, pageToken: '' };
    const { deliveries, nextPageToken } = await it.admin.listLogoutDeliveries(asked, call);
    expect(deliveries).toMatchObject([{ id, lastOutcome: '400', state: sessionV1.LogoutDeliveryState.FAILED }]);
    const rest = await it.admin.listLogoutDeliveries({ ...asked, pageSize: 500, pageToken: nextPageToken }, call);
    expect(rest.deliveries.every((other) => Number(other.id) < Number(id))).toBe(true);
    await it.admin.resendLogoutDelivery({ id }, call);
    await until(id, 'delivered');
    expect(await verdict(it.admin.resendLogoutDelivery({ id: '999999' }, call))).toBe('not_found');
    expect(await verdict(it.admin.resendLogoutDelivery({ id: 'x' }, call))).toBe('not_found');
  });
});

const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
