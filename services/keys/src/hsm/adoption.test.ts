// Keys in the token that this provider did not make there, and keys that are to leave it, with a real SoftHSM (hydra-wire §7).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TestToken } from '../hsm-token.fixture.js';
import { createTestToken } from '../hsm-token.fixture.js';
import type { KeysProcess, Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys } from '../installation.fixture.js';
import { idTokenRequest, isSignedBy, readJwt } from '../requests.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

const keySet = 'hydra.openid.id-token';
let programs: Programs;
let database: TestDatabase;
let token: TestToken;
let keys: KeysProcess;

beforeAll(async () => {
  programs = bundlePrograms();
  token = createTestToken();
  database = await createTestDatabase();
  const environment = { DSN: database.dsn, HSM_KEY_SET_PREFIX: 'app1.', ...token.environment };
  await bootstrap(programs, environment);
  keys = await startKeys(programs, environment);
});
afterAll(async () => {
  await keys.stop();
  token.remove();
  await database.drop();
  programs.remove();
});

const objects = () => {
  const tokens = path.join(path.dirname(token.environment['SOFTHSM2_CONF'] ?? ''), 'tokens');
  return readdirSync(tokens, { recursive: true }).filter((name) => String(name).endsWith('.object')).length;
};
const pem = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const putIntoToken = (kid: string, label = `app1.${keySet}`) => {
  const file = path.join(programs.directory, 'made-elsewhere.pem');
  writeFileSync(file, pem());
  token.importKey(file, label, kid);
  rmSync(file);
};
const adopt = (keyId: string, change: { algorithm?: string; confirmation?: string; privateKey?: Buffer } = {}) =>
  keys.admin.importKey({
    ...{ keySet, keyId, algorithm: 'RS256', privateKey: Buffer.alloc(0), activateAfterSeconds: 0, confirmation: keyId },
    ...change,
  });
const refused = expect.objectContaining({ code: 'invalid_request' });

test('a pair that other software made is adopted, may only sign from then on, and is destroyed with its objects', async () => {
  // softhsm2-util, like Hydra, makes keys that may decrypt as well.
  putIntoToken('from-hydra');
  const before = objects();
  await adopt('from-hydra');
  const { jwt } = await keys.signing.signIdToken(idTokenRequest({ algorithm: 'RS256' }));
  expect(readJwt(jwt).header['kid']).toBe('from-hydra');
  expect(isSignedBy((await keys.signing.listPublicKeys({})).keys, keySet, jwt)).toBe(true);
  expect((await keys.ready()).ok).toBe(true);

  await keys.admin.destroyKey({ keyId: 'from-hydra', confirmation: 'from-hydra' });
  expect(objects()).toBe(before - 2);
  const { jwt: later } = await keys.signing.signIdToken(idTokenRequest({ algorithm: 'RS256' }));
  expect(readJwt(later).header['kid']).not.toBe('from-hydra');
  await expect(adopt('from-hydra')).rejects.toMatchObject({ code: 'conflict' });
});

test('what is not there, of another kind, or of another installation is not adopted', async () => {
  await expect(adopt('nobody')).rejects.toThrow('not in the token');
  putIntoToken('theirs', `app2.${keySet}`);
  await expect(adopt('theirs')).rejects.toThrow('not in the token');
  putIntoToken('an-rsa-key');
  await expect(adopt('an-rsa-key', { algorithm: 'ES256' })).rejects.toEqual(refused);
  await expect(adopt('an-rsa-key', { confirmation: 'yes' })).rejects.toThrow('repeat the key id');
  expect((await keys.ready()).ok).toBe(true);
});

test('a key from elsewhere is not put into the token, by neither door', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  await expect(adopt('mine', { algorithm: 'ES256', privateKey: der })).rejects.toEqual(refused);
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'mine', alg: 'ES256' };
  const jwkJson = Buffer.from(JSON.stringify(jwk));
  await expect(keys.jsonWebKeys.setJsonWebKey({ keySet, jwkJson, confirmation: keySet })).rejects.toEqual(refused);
});

test('the key API makes keys in the token and shows public halves only; nothing secret is kept without keys.kek', async () => {
  const before = objects();
  const request = { keySet, keyId: 'by-api', algorithm: 'ES256', use: 'sig', includePrivate: true };
  const { jwkJson } = await keys.jsonWebKeys.createJsonWebKey(request);
  expect(objects()).toBe(before + 2);
  expect(Object.keys(JSON.parse(Buffer.from(jwkJson).toString()) as object).sort()).toEqual([
    'alg',
    'crv',
    'kid',
    'kty',
    'use',
    'x',
    'y',
  ]);
  const { jwksJson } = await keys.jsonWebKeys.getJsonWebKeys({ keySet, keyId: '', includePrivate: true });
  expect(jwksJson.map((json) => JSON.parse(Buffer.from(json).toString()) as object)).not.toContainEqual(
    expect.objectContaining({ d: expect.anything() }),
  );
  await expect(keys.jsonWebKeys.createJsonWebKey({ ...request, keySet: 'mine' })).rejects.toEqual(refused);
});
