// Replacing a key-encryption key over a real database (security F28): everything opens before, during and after.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { bootstrapKeys } from './bootstrap.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, newKek, quietLog, sealedConfig } from './database.fixture.js';
import { readKeyDocument } from './json-web-key/document.js';
import { openPool } from './registry/connection.js';
import { createDocuments } from './registry/documents.js';
import { readKeys } from './registry/registry.js';
import { resealKeys } from './reseal.js';
import { createSealedBackend } from './sealed/backend.js';
import { createEnvelope } from './sealed/envelope.js';

// RSA keys take their time on a busy machine.
jest.setTimeout(300_000);

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const envelopeOf = (keks: readonly string[]) =>
  createEnvelope(
    keks.map((kek) => Buffer.from(kek, 'base64')),
    randomBytes,
  );
const reseal = (keks: readonly string[], progress: Parameters<typeof resealKeys>[1]['progress'] = () => undefined) =>
  resealKeys(sealedConfig(database.dsn, keks), { log: quietLog, random: randomBytes, progress });
async function withDocuments<T>(keks: readonly string[], work: (documents: ReturnType<typeof createDocuments>) => T) {
  const pool = openPool(database.dsn, quietLog);
  try {
    return await work(createDocuments({ pool, envelope: envelopeOf(keks), now: Date.now }));
  } finally {
    await pool.end();
  }
}
async function fill(kek: string) {
  await bootstrapKeys(sealedConfig(database.dsn, [kek]), { log: quietLog, now: Date.now, random: randomBytes });
  const jwk = { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' };
  await withDocuments([kek], (documents) => documents.put('mine', readKeyDocument(Buffer.from(JSON.stringify(jwk)))));
}
/** Opens everything there is. */
async function openAll(keks: readonly string[]): Promise<void> {
  const backend = createSealedBackend({ envelope: envelopeOf(keks), now: Date.now });
  for (const key of await readKeys(database.client)) await backend.examine(key);
  const [document] = await withDocuments(keks, (documents) => documents.read('mine'));
  expect(document?.whole()).toMatchObject({ k: 'c2VjcmV0' });
}

test('F28: everything moves to the first key-encryption key, once, and the old one can go', async () => {
  const [old, fresh] = [newKek(), newKek()];
  await fill(old);
  await openAll([fresh, old]);
  const moved: string[] = [];
  const progress = ({ name, position, all }: { name: string; position: number; all: number }) =>
    void moved.push(`${String(position)} of ${String(all)}: ${name}`);
  expect(await reseal([fresh, old], progress)).toEqual({
    signingKeys: { all: 4, changed: 4 },
    documents: { all: 1, changed: 1 },
  });
  expect(moved.slice(0, 4).map((step) => step.split(': hydra.')[0])).toEqual(['1 of 4', '2 of 4', '3 of 4', '4 of 4']);
  expect(moved.slice(4)).toEqual(['1 of 1: mine shared']);
  await openAll([fresh]);
  // A service that has not been restarted yet has both, in the old order.
  await openAll([old, fresh]);
  await expect(openAll([old])).rejects.toThrow('no key of keys.kek opens it');
  expect(await reseal([fresh])).toMatchObject({ signingKeys: { changed: 0 }, documents: { changed: 0 } });
});

test('what does not open is named, and nothing is changed', async () => {
  const [old, fresh] = [newKek(), newKek()];
  await fill(old);
  const before = await readKeys(database.client);
  await expect(reseal([fresh])).rejects.toThrow(/hydra\.\S+ \S+ (RS|ES)256: no key of keys.kek opens it/);
  expect(await readKeys(database.client)).toEqual(before);
  await openAll([old]);
});

test('without a key-encryption key it says what to set', async () => {
  await expect(reseal([])).rejects.toThrow('keys.kek');
});
