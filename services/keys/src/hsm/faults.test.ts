// What an HSM does to a running signer, with a real SoftHSM: taken away and put back, locked, empty, with keys one must not
// trust (security F15, F17, I09, I10, I13).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { signingV1 } from '@cardea/rpc';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, newKek } from '../database.fixture.js';
import type { KeysProcess, Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, runProgram, startKeys, until } from '../installation.fixture.js';
import { idTokenRequest, isSignedBy, readJwt } from '../requests.fixture.js';
import type { FaultyToken } from './fault-shim.fixture.js';
import { createFaultyToken } from './fault-shim.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

const idTokenSet = 'hydra.openid.id-token';
let programs: Programs;
let database: TestDatabase;
let token: FaultyToken;

beforeAll(() => {
  programs = bundlePrograms();
});
afterAll(() => programs.remove());

beforeEach(async () => {
  token = createFaultyToken();
  database = await createTestDatabase();
});
afterEach(async () => {
  token.remove();
  await database.drop();
});

const environment = () => ({ DSN: database.dsn, LOG_LEVEL: 'debug', ...token.environment });
const keyCount = async () => (await database.client.query('SELECT 1 FROM cardea_keys.key')).rows.length;

async function withKeys(change: Record<string, string>, work: (keys: KeysProcess) => Promise<void>): Promise<void> {
  const keys = await startKeys(programs, { ...environment(), ...change });
  try {
    await work(keys);
  } finally {
    await keys.stop();
  }
}

test('F15, I06: a token that is taken away stops signatures and readiness; put back, it heals without a restart', async () => {
  await bootstrap(programs, environment());
  await withKeys({}, async (keys) => {
    const before = readJwt((await keys.signing.signIdToken(idTokenRequest())).jwt).header['kid'];
    const published = await keys.signing.listPublicKeys({});
    token.present(false);
    await expect(keys.signing.signIdToken(idTokenRequest())).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await keys.becomes(false);
    expect(await keys.signing.listPublicKeys({})).toEqual(published);
    expect(await keyCount()).toBe(4);

    const tries = () => keys.log().split('the token is tried again').length;
    const triesBefore = tries();
    token.present(true);
    await keys.becomes(true);
    // It is tried every second: the one try that was under way may have come too early, the next one finds it.
    expect(tries()).toBeLessThanOrEqual(triesBefore + 2);
    const { jwt } = await keys.signing.signIdToken(idTokenRequest());
    expect(readJwt(jwt).header['kid']).toBe(before);
    expect(isSignedBy(published.keys, idTokenSet, jwt)).toBe(true);
    expect(await keyCount()).toBe(4);
    expect(token.calls(keys.pid).made('C_GenerateKeyPair')).toBe(0);
    expect(await keys.metrics()).toMatch(/cardea_keys_sessions_lost_total\S* [1-9]/);
  });
});

test('F15: without its token it starts, says why it is not ready, and never falls back to software keys', async () => {
  await bootstrap(programs, { DSN: database.dsn, KEYS_KEK: newKek() });
  token.present(false);
  await withKeys({ KEYS_KEK: newKek() }, async (keys) => {
    expect(keys.log()).toContain('the signer is not ready');
    expect(await keys.ready()).toEqual({ ok: false, reasons: expect.stringContaining('there is no token') });
    await expect(keys.signing.signIdToken(idTokenRequest())).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await until(() => keys.log().includes('the token is tried again'));
    expect(keys.log()).not.toContain('must not sign');
    // The token is back and has no keys: that too is never a reason to sign in software, nor to make one.
    token.present(true);
    await until(async () => (await keys.ready()).reasons.includes('cardea keys bootstrap'));
    await expect(keys.signing.signIdToken(idTokenRequest())).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(await keyCount()).toBe(4);

    // Software keys are still published for what they signed, and that is all.
    const states = (await keys.signing.listPublicKeys({})).keys.map(({ state }) => state);
    expect(states).toEqual(new Array(4).fill(signingV1.KeyState.RETIRED));

    const { created } = await bootstrap(programs, environment());
    expect(created).toHaveLength(4);
    await keys.becomes(true);
    const { header } = readJwt((await keys.signing.signIdToken(idTokenRequest())).jwt);
    expect(created.map(({ keyId }) => keyId)).toContain(header['kid']);
  });
});

test('I13: a wrong PIN is said once and never tried again', async () => {
  await bootstrap(programs, environment());
  await withKeys({ HSM_PIN: '9999' }, async (keys) => {
    expect((await keys.ready()).reasons).toContain('CKR_PIN_INCORRECT');
    // The registry is lost and found, which takes longer than it takes to try a token again.
    await database.admit(false);
    await until(() => keys.log().includes('the key registry cannot be read'));
    await database.admit(true);
    await until(() => keys.log().includes('the key registry can be read again'));
    expect((await keys.ready()).reasons).toContain('CKR_PIN_INCORRECT');
    expect(token.calls(keys.pid).made('C_Login')).toBe(1);
    expect(keys.log()).not.toContain('the token is tried again');
    expect(keys.log()).not.toContain('9999');
  });
});

describe('I09: a key that must not be trusted does not sign', () => {
  test('one that may do more than sign', async () => {
    await bootstrap(programs, environment());
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = path.join(programs.directory, 'imported.pem');
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    token.importKey(file, idTokenSet, 'imported');
    await database.client.query(
      `INSERT INTO cardea_keys.key (kid, key_set, algorithm, backend, public_jwk, created_at, activates_at)
       VALUES ('imported', $1, 'RS256', 'hsm', $2, now(), now())`,
      [idTokenSet, JSON.stringify(publicKey.export({ format: 'jwk' }))],
    );
    await withKeys({}, (keys) => refusesToSign(keys, 'RS256', 'may do more than sign'));
  });

  test('one whose public half is another', async () => {
    const { created } = await bootstrap(programs, environment());
    const { keyId } = created.find((key) => key.keySet === idTokenSet && key.algorithm === 'ES256')!;
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await database.client.query('UPDATE cardea_keys.key SET public_jwk = $2 WHERE kid = $1', [
      keyId,
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ]);
    await withKeys({}, (keys) =>
      refusesToSign(keys, 'ES256', 'has another public half in the token than in the registry'),
    );
  });

  test('one that is not there', async () => {
    const { created } = await bootstrap(programs, environment());
    const { keyId } = created.find((key) => key.keySet === idTokenSet && key.algorithm === 'ES256')!;
    await database.client.query(`UPDATE cardea_keys.key SET kid = 'elsewhere' WHERE kid = $1`, [keyId]);
    await withKeys({}, (keys) => refusesToSign(keys, 'ES256', 'is not in the token'));
  });

  async function refusesToSign(keys: KeysProcess, algorithm: 'RS256' | 'ES256', reason: string): Promise<void> {
    const { ok, reasons } = await keys.ready();
    expect(ok).toBe(false);
    expect(reasons).toContain(reason);
    await expect(keys.signing.signIdToken(idTokenRequest({ algorithm }))).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    // The other algorithm has a key of its own.
    const other = algorithm === 'RS256' ? 'ES256' : 'RS256';
    const { jwt } = await keys.signing.signIdToken(idTokenRequest({ algorithm: other }));
    expect(readJwt(jwt).header['alg']).toBe(other);
  }
});

test('I07: a session that fails is destroyed, and the work is done on a new one', async () => {
  const report = JSON.parse(await runProgram(programs, 'faults', environment())) as unknown;
  expect(report).toEqual({
    untouched: { verifies: true, sessionsLost: 0 },
    sessionsClosed: { verifies: true, sessionsLost: 1 },
    loggedOut: { verifies: true, sessionsLost: 1 },
    afterwards: { verifies: true, sessionsLost: 0 },
    late: { late: true },
    afterAThousand: { verifies: true, sessionsLost: 0, refused: 500, healed: 500 },
  });
});
