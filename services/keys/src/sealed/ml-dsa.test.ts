// ML-DSA keys (RFC 9964) by what this Node can do: where its OpenSSL has them they sign, elsewhere the setting is refused.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newAlgorithms } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import { loadConfig } from '@cardea/service';
import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createKey } from '../create-key.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, newKek, quietLog } from '../database.fixture.js';
import { importKey } from '../import-key.js';
import { openPool } from '../registry/connection.js';
import { openRegistry, readKeys } from '../registry/registry.js';
import { isSignedBy } from '../requests.fixture.js';
import { publicKeyMessage } from '../rpc/public-key.js';
import { backendSettings } from '../settings.js';
import { createSealedBackend } from './backend.js';
import { createEnvelope } from './envelope.js';
import { generateSoftwareKey, hasMlDsa } from './generate.js';

const set = 'hydra.jwt.access-token';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const envelope = createEnvelope([randomBytes(32)], randomBytes);
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = openPool(database.dsn, quietLog);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const makerWith = (options: { mlDsa?: boolean }) => ({
  ...{ registry: openRegistry(pool), now: Date.now, random: randomBytes },
  backend: createSealedBackend({ envelope, ...options, now: Date.now }),
});
const wanted = (algorithm: string) =>
  ({ keySet: set, algorithm, activateAfterSeconds: 0, requestId: randomUUID() }) as const;
const settings = () => backendSettings(loadConfig({ env: { KEYS_KEK: newKek(), KEYS_ML_DSA: 'true' } }));

test('Node.js 24.7 has it, and no earlier one', () => {
  expect(hasMlDsa()).toBe(major > 24 || (major === 24 && minor >= 7));
});

test('the setting says what it needs where Node has no ML-DSA', () => {
  if (hasMlDsa()) expect(settings()).toMatchObject({ kind: 'sealed', mlDsa: true });
  else expect(settings).toThrow(`keys.ml_dsa needs Node.js 24.7 or newer: ${process.version} has no ML-DSA`);
});

describe.each([...newAlgorithms.keys()])('%s', (algorithm) => {
  test('is not made where nobody set keys.ml_dsa', async () => {
    const before = await readKeys(database.client);
    await expect(createKey(makerWith({}), wanted(algorithm))).rejects.toMatchObject({
      code: 'invalid_request',
      description: `A key for ${algorithm} is made where keys.ml_dsa is set.`,
    });
    expect(await readKeys(database.client)).toEqual(before);
  });

  test('signs what its published half verifies, or is not made by a Node that cannot', async () => {
    const maker = makerWith({ mlDsa: true });
    if (!hasMlDsa()) {
      await expect(createKey(maker, wanted(algorithm))).rejects.toThrow('must be a supported key type');
      return;
    }
    const stored = await createKey(maker, wanted(algorithm));
    const message = publicKeyMessage({ stored, state: 'current' });
    const jwk = JSON.parse(message.jwkJson) as Record<string, unknown>;
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'kid', 'kty', 'pub', 'use']);
    expect(jwk).toMatchObject({ kty: 'AKP', alg: algorithm, use: 'sig', kid: stored.kid });
    expect(message.state).toBe(signingV1.KeyState.CURRENT);
    await maker.backend.examine(stored);
    const header = Buffer.from(JSON.stringify({ alg: algorithm, kid: stored.kid, typ: 'at+jwt' })).toString(
      'base64url',
    );
    const signature = await maker.backend.sign(stored, `${header}.e30`, Date.now() + 10_000);
    const jwt = `${header}.e30.${Buffer.from(signature).toString('base64url')}`;
    expect(isSignedBy([message], set, jwt)).toBe(true);
    expect(isSignedBy([message], set, jwt.replace('.e30.', '.e31.'))).toBe(false);
    // Another process opens it; another set of parameters does not take it in.
    await expect(makerWith({}).backend.examine(stored)).resolves.toBeUndefined();
    const elsewhere = await generateSoftwareKey(newAlgorithms.get(algorithm)!, 0);
    const other = [...newAlgorithms.keys()].find((name) => name !== algorithm)!;
    const atOnce = { activateAfterSeconds: 0, requestId: undefined };
    const as = (name: string) => ({ keySet: set, kid: randomUUID(), algorithm: name }) as const;
    await expect(importKey(maker, as(other), elsewhere, atOnce)).rejects.toThrow(`not a key for ${other}`);
    expect((await importKey(maker, as(algorithm), elsewhere, atOnce)).jwk['kty']).toBe('AKP');
  });
});
