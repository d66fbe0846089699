// One contract, two backends: the same real process is asked the same questions with sealed keys and with a SoftHSM token.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { jwsAlgorithms } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, newKek } from './database.fixture.js';
import { createTestToken } from './hsm-token.fixture.js';
import type { KeysProcess, Programs } from './installation.fixture.js';
import { bootstrap, bundlePrograms, issuer, startKeys, until } from './installation.fixture.js';
import {
  accessTokenRequest,
  idTokenRequest,
  isSignedBy,
  logoutTokenRequest,
  readJwt,
  seconds,
  userinfoRequest,
} from './requests.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

const idTokenSet = 'hydra.openid.id-token';
const accessTokenSet = 'hydra.jwt.access-token';
/** RSA keys take a busy machine longer than calls usually wait. */
const patiently = () => ({ deadline: Date.now() + 60_000 });

describe.each(['sealed', 'hsm'] as const)('the signer with %s keys', (kind) => {
  let database: TestDatabase;
  let programs: Programs;
  let keys: KeysProcess;
  let environment: Record<string, string>;
  const cleanUps: (() => unknown)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    cleanUps.push(() => database.drop());
    programs = bundlePrograms();
    cleanUps.push(() => programs.remove());
    if (kind === 'hsm') {
      const token = createTestToken();
      cleanUps.push(() => token.remove());
      environment = { DSN: database.dsn, ...token.environment };
    } else {
      environment = { DSN: database.dsn, KEYS_KEK: newKek() };
    }
    // Two operators at once, and each set still has one key an algorithm.
    const both = await Promise.all([bootstrap(programs, environment), bootstrap(programs, environment)]);
    expect(both.map(({ backend }) => backend)).toEqual([kind, kind]);
    expect(both.map(({ created }) => created.length).sort()).toEqual([0, 4]);
    expect(both.map(({ existing }) => existing.length).sort()).toEqual([0, 4]);
    keys = await startKeys(programs, environment);
    cleanUps.push(() => keys.stop());
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  const published = async () => (await keys.signing.listPublicKeys({})).keys;

  test('I06: is ready, which is a signature with every key that signs', async () => {
    expect(await keys.ready()).toEqual({ ok: true, reasons: '{"status":"ok"}\n' });
  });

  test('publishes public halves with kid, alg and use, and nothing private', async () => {
    const all = await published();
    expect(all.map(({ keySet, algorithm, state }) => [keySet, algorithm, state])).toEqual([
      [idTokenSet, expect.any(String), signingV1.KeyState.CURRENT],
      [idTokenSet, expect.any(String), signingV1.KeyState.CURRENT],
      [accessTokenSet, expect.any(String), signingV1.KeyState.CURRENT],
      [accessTokenSet, expect.any(String), signingV1.KeyState.CURRENT],
    ]);
    for (const key of all) {
      const jwk = JSON.parse(key.jwkJson) as Record<string, string>;
      const halves = key.algorithm === 'RS256' ? ['e', 'kty', 'n'] : ['crv', 'kty', 'x', 'y'];
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'kid', 'use', ...halves].sort());
      expect(jwk).toMatchObject({ kid: key.keyId, alg: key.algorithm, use: 'sig' });
      if (jwk['n'] !== undefined) expect(Buffer.from(jwk['n'], 'base64url')).toHaveLength(256);
    }
  });

  test.each(['RS256', 'ES256'])('signs what is asked with %s and a key of its own set', async (algorithm) => {
    const answers = [
      [idTokenSet, 'JWT', await keys.signing.signIdToken(idTokenRequest({ algorithm }))],
      [accessTokenSet, 'at+jwt', await keys.signing.signAccessToken(accessTokenRequest({ algorithm }))],
      [idTokenSet, 'JWT', await keys.signing.signUserinfo(userinfoRequest({ algorithm }))],
      [idTokenSet, 'logout+jwt', await keys.signing.signLogoutToken(logoutTokenRequest({ algorithm }))],
    ] as const;
    const all = await published();
    for (const [keySet, typ, { jwt }] of answers) {
      expect(isSignedBy(all, keySet, jwt)).toBe(true);
      expect(isSignedBy(all, keySet === idTokenSet ? accessTokenSet : idTokenSet, jwt)).toBe(false);
      const { header, claims } = readJwt(jwt);
      expect(header).toEqual({ alg: algorithm, kid: expect.any(String), typ });
      expect(claims['iss']).toBe(issuer);
    }
  });

  test('signs many at once, each right', async () => {
    const requests = Array.from({ length: 200 }, (_, index) =>
      idTokenRequest({ subject: `user-${String(index)}`, algorithm: index % 2 === 0 ? 'ES256' : 'RS256' }),
    );
    const answers = await Promise.all(requests.map((request) => keys.signing.signIdToken(request)));
    const all = await published();
    answers.forEach(({ jwt }, index) => {
      expect(readJwt(jwt).claims['sub']).toBe(`user-${String(index)}`);
      expect(isSignedBy(all, idTokenSet, jwt)).toBe(true);
    });
  });

  test('I04: two signs with the same jti are two rows under it, where the comparison with tokens and an auditor find the second', async () => {
    const tokenId = randomUUID();
    const requests = [idTokenRequest({ tokenId }), idTokenRequest({ tokenId, subject: 'mallory' })];
    for (const request of requests) await keys.signing.signIdToken(request);
    const nothing = { subject: '', clientId: '', keyId: '', signedAfter: undefined, signedBefore: undefined };
    const asked = { ...nothing, tokenId, pageSize: 10, pageToken: '' };
    const { rows } = await keys.admin.findSignatures(asked);
    expect(rows.map(({ requestId, outcome }) => [requestId, outcome])).toEqual(
      requests.map(({ requestId }) => [requestId, 'signed']).reverse(),
    );
  });

  test('I04: answers a replayed request with the first JWT, and refuses another one under its id', async () => {
    const request = idTokenRequest();
    const together = await Promise.all([keys.signing.signIdToken(request), keys.signing.signIdToken(request)]);
    const later = await keys.signing.signIdToken(request);
    // An ECDSA signature made anew would differ.
    expect(new Set([...together, later].map(({ jwt }) => jwt)).size).toBe(1);
    await expect(keys.signing.signIdToken({ ...request, subject: 'mallory' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const { requestId } = request;
    await expect(keys.signing.signAccessToken(accessTokenRequest({ requestId }))).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('I10: twenty requests at once for an algorithm it has no key for are refused, and make none', async () => {
    const before = (await published()).length;
    const first = Array.from({ length: 20 }, () => keys.signing.signIdToken(idTokenRequest({ algorithm: 'ES384' })));
    for (const result of await Promise.allSettled(first)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'temporarily_unavailable' } });
    }
    expect((await published()).length).toBe(before);
  });

  test('I10: creates a key once for twenty operators at once, publishes it at once, and signs with it when it is due', async () => {
    const request = { keySet: idTokenSet, algorithm: 'ES256', activateAfterSeconds: 3600, requestId: randomUUID() };
    const made = await Promise.all(Array.from({ length: 20 }, () => keys.admin.createKey(request, patiently())));
    expect(new Set(made.map(({ key }) => key?.keyId)).size).toBe(1);
    const [{ key: next } = { key: undefined }] = made;
    expect(next?.state).toBe(signingV1.KeyState.NEXT);
    expect((next?.activatesAt?.getTime() ?? 0) / 1000 - seconds()).toBeGreaterThan(3500);
    expect((await published()).filter(({ keyId }) => keyId === next?.keyId)).toHaveLength(1);
    await expect(keys.admin.createKey({ ...request, algorithm: 'RS256' })).rejects.toMatchObject({ code: 'conflict' });

    const another = { ...request, activateAfterSeconds: 0, requestId: randomUUID() };
    const { key: now } = await keys.admin.createKey(another, patiently());
    const { jwt } = await keys.signing.signIdToken(idTokenRequest());
    expect(readJwt(jwt).header['kid']).toBe(now?.keyId);
    const states = (await keys.admin.listKeys({ keySet: idTokenSet })).keys
      .filter(({ algorithm }) => algorithm === 'ES256')
      .map(({ state }) => state);
    expect(states).toEqual([signingV1.KeyState.NEXT, signingV1.KeyState.CURRENT, signingV1.KeyState.RETIRED]);
  });

  test.each([...jwsAlgorithms.keys()])('makes a %s key and signs with it', async (algorithm) => {
    const request = { keySet: accessTokenSet, algorithm, activateAfterSeconds: 0, requestId: randomUUID() };
    const { key } = await keys.admin.createKey(request, patiently());
    const { jwt } = await keys.signing.signAccessToken(accessTokenRequest({ algorithm }));
    expect(readJwt(jwt).header).toEqual({ alg: algorithm, kid: key?.keyId, typ: 'at+jwt' });
    expect(isSignedBy(await published(), accessTokenSet, jwt)).toBe(true);
  });

  test('a key is promoted, retired and destroyed, with words of what that breaks', async () => {
    const make = async (activateAfterSeconds: number) => {
      const request = { keySet: accessTokenSet, algorithm: 'ES384', activateAfterSeconds, requestId: randomUUID() };
      return (await keys.admin.createKey(request, patiently())).key?.keyId ?? '';
    };
    const signs = async () => {
      const { jwt } = await keys.signing.signAccessToken(accessTokenRequest({ algorithm: 'ES384' }));
      return readJwt(jwt).header['kid'];
    };
    const [first, second] = [await make(0), await make(3600)];
    expect(await signs()).toBe(first);
    expect(await keys.admin.promoteKey({ keyId: second })).toMatchObject({
      key: { keyId: second, state: signingV1.KeyState.CURRENT },
      warnings: [expect.stringContaining(`${second} signs now and was published`)],
    });
    expect(await signs()).toBe(second);
    expect((await keys.admin.promoteKey({ keyId: second })).warnings).toEqual([]);
    await keys.admin.promoteKey({ keyId: first });
    expect(await signs()).toBe(first);

    expect(await keys.admin.retireKey({ keyId: first })).toMatchObject({
      key: { keyId: first, state: signingV1.KeyState.RETIRED },
      warnings: [
        expect.stringContaining(`${second} signs now and was published`),
        expect.stringContaining('destroy it'),
      ],
    });
    // Said again, it changes nothing and breaks nothing.
    expect((await keys.admin.retireKey({ keyId: first })).warnings).toEqual([expect.stringContaining('destroy it')]);
    expect(await signs()).toBe(second);
    await expect(keys.admin.promoteKey({ keyId: first })).rejects.toMatchObject({ code: 'invalid_request' });
    for (const { keyId, algorithm } of (await published()).filter(({ keySet }) => keySet === accessTokenSet)) {
      if (algorithm === 'ES384' && keyId !== second) await keys.admin.retireKey({ keyId });
    }
    expect((await keys.admin.retireKey({ keyId: second })).warnings).toEqual([
      `Nothing in ${accessTokenSet} signs with ES384 any more: tokens that need it are refused.`,
      expect.stringContaining('destroy it'),
    ]);
    await expect(signs()).rejects.toMatchObject({ code: 'temporarily_unavailable' });

    await expect(keys.admin.destroyKey({ keyId: first, confirmation: '' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await keys.admin.destroyKey({ keyId: first, confirmation: first });
    await keys.admin.destroyKey({ keyId: first, confirmation: first });
    expect((await published()).map(({ keyId }) => keyId)).not.toContain(first);
    await expect(keys.admin.destroyKey({ keyId: 'none', confirmation: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('records each signature before it leaves, and says no more of it than an auditor needs', async () => {
    const request = accessTokenRequest({ extraClaimsJson: Buffer.from('{"diagnosis":"secret"}') });
    const { jwt } = await keys.signing.signAccessToken(request);
    const { rows } = await database.client.query<{ row: string; input_hash: Buffer }>(
      'SELECT s::text AS row, s.* FROM cardea_keys_audit.signature AS s WHERE request_id = $1',
      [request.requestId],
    );
    const input = jwt.slice(0, jwt.lastIndexOf('.'));
    expect(rows).toMatchObject([
      {
        ...{ purpose: 'access_token', algorithm: 'ES256', kid: readJwt(jwt).header['kid'], caller: '' },
        ...{ client_id: 'app', token_id: request.tokenId, input_hash: createHash('sha256').update(input).digest() },
        expires_at: new Date(request.expiresAt * 1000),
      },
    ]);
    for (const word of ['diagnosis', 'secret', 'alice', jwt]) expect(rows[0]?.row).not.toContain(word);
  });

  test('what cannot be taken back is asked for twice', async () => {
    const key = { keySet: accessTokenSet, keyId: 'from-elsewhere', algorithm: 'ES256', activateAfterSeconds: 0 };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    const before = await published();
    for (const confirmation of ['', 'yes', 'FROM-ELSEWHERE']) {
      await expect(keys.admin.importKey({ ...key, privateKey: der, confirmation })).rejects.toMatchObject({
        code: 'invalid_request',
        description: expect.stringContaining('confirmation must repeat the key id'),
      });
      const [{ keyId } = { keyId: '' }] = before;
      await expect(keys.admin.destroyKey({ keyId, confirmation })).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(await published()).toEqual(before);
  });

  test('makes RSA keys as long as it is told to', async () => {
    const long = await startKeys(programs, { ...environment, KEYS_RSA_BITS: '3072' });
    try {
      const request = { keySet: accessTokenSet, algorithm: 'PS384', activateAfterSeconds: 0, requestId: randomUUID() };
      const { key } = await long.admin.createKey(request, patiently());
      const { n = '' } = JSON.parse(key?.jwkJson ?? '') as { n?: string };
      expect(Buffer.from(n, 'base64url')).toHaveLength(3072 / 8);
      const { jwt } = await long.signing.signAccessToken(accessTokenRequest({ algorithm: 'PS384' }));
      expect(isSignedBy([key!], accessTokenSet, jwt)).toBe(true);
    } finally {
      await long.stop();
    }
  });

  test('a caller has so many signatures a second and no more, and keeps what it has for other purposes', async () => {
    const strict = await startKeys(programs, { ...environment, KEYS_SIGNATURES_PER_SECOND: '3' });
    try {
      const asked = Array.from({ length: 40 }, () => strict.signing.signIdToken(idTokenRequest()));
      const answers = await Promise.allSettled(asked);
      const signed = answers.filter(({ status }) => status === 'fulfilled').length;
      expect(signed).toBeGreaterThanOrEqual(3);
      expect(signed).toBeLessThan(40);
      const { jwt } = await strict.signing.signAccessToken(accessTokenRequest());
      expect(isSignedBy(await published(), accessTokenSet, jwt)).toBe(true);
      expect(strict.log()).toContain('a caller asks for more signatures than it may have');
    } finally {
      await strict.stop();
    }
  });

  test('a request id has one signature, whichever replica is asked', async () => {
    const other = await startKeys(programs, environment);
    try {
      const request = idTokenRequest();
      const { jwt } = await keys.signing.signIdToken(request);
      // Sealed with what keys.kek gives; where an HSM makes that unnecessary, a second signature is refused all the same.
      const again = other.signing.signIdToken(request);
      if (kind === 'sealed') expect((await again).jwt).toBe(jwt);
      else await expect(again).rejects.toMatchObject({ code: 'conflict' });
      expect((await other.signing.listPublicKeys({})).keys).toEqual(await published());
    } finally {
      await other.stop();
    }
  });

  test('while PostgreSQL is away no signature leaves, and keys stay published', async () => {
    await database.admit(false);
    try {
      await until(() => keys.log().includes('the key registry cannot be read'));
      await expect(keys.signing.signIdToken(idTokenRequest())).rejects.toMatchObject({
        code: 'temporarily_unavailable',
      });
      expect((await published()).length).toBeGreaterThan(0);
      expect(await keys.ready()).toEqual({ ok: false, reasons: expect.stringContaining('cannot be recorded') });
    } finally {
      await database.admit(true);
    }
    await keys.becomes(true);
    const { jwt } = await keys.signing.signIdToken(idTokenRequest());
    expect(isSignedBy(await published(), idTokenSet, jwt)).toBe(true);
  });

  test('without an audit log it goes on signing while PostgreSQL is away', async () => {
    const free = await startKeys(programs, { ...environment, KEYS_AUDIT_ENABLED: 'false' });
    try {
      await database.admit(false);
      await until(() => free.log().includes('the key registry cannot be read'));
      const { jwt } = await free.signing.signIdToken(idTokenRequest());
      expect(isSignedBy((await free.signing.listPublicKeys({})).keys, idTokenSet, jwt)).toBe(true);
      expect((await free.ready()).ok).toBe(true);
    } finally {
      await database.admit(true);
      await free.stop();
    }
    await keys.becomes(true);
  });

  test('a restart publishes the same bytes', async () => {
    const before = await published();
    expect(await keys.stop()).toBe(0);
    keys = await startKeys(programs, environment);
    expect(await published()).toEqual(before);
  });
});
