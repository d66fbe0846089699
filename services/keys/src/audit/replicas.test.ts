// Two keys services over one database: a request id has one signature whichever is asked, and none leaves without its row.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, newKek } from '../database.fixture.js';
import type { KeysProcess, Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys, until } from '../installation.fixture.js';
import { accessTokenRequest, idTokenRequest, isSignedBy, readJwt } from '../requests.fixture.js';
import { auditOf } from './audit.fixture.js';
import type { SilentProxy } from './silent-proxy.fixture.js';
import { createSilentProxy } from './silent-proxy.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

let database: TestDatabase;
let programs: Programs;
let proxy: SilentProxy;
let one: KeysProcess;
/** Its way to the database can fall silent. */
let other: KeysProcess;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  cleanUps.push(() => database.drop());
  programs = bundlePrograms();
  cleanUps.push(() => programs.remove());
  const environment = { KEYS_KEK: newKek() };
  await bootstrap(programs, { ...environment, DSN: database.dsn });
  proxy = await createSilentProxy(database.dsn);
  cleanUps.push(() => proxy.close());
  one = await startKeys(programs, { ...environment, DSN: database.dsn });
  cleanUps.push(() => one.stop());
  other = await startKeys(programs, { ...environment, DSN: proxy.dsn });
  cleanUps.push(() => other.stop());
});
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

const rowsOf = async (requestId: string) =>
  (
    await database.client.query<Record<string, unknown>>(
      'SELECT * FROM cardea_keys_audit.signature WHERE request_id = $1 ORDER BY sequence',
      [requestId],
    )
  ).rows;
const unavailable = { code: 'temporarily_unavailable' };
const inputHash = (jwt: string) =>
  createHash('sha256')
    .update(jwt.slice(0, jwt.lastIndexOf('.')))
    .digest();

test('races for one request at two replicas, round after round: one signature each, the same bytes for all', async () => {
  const { keys } = await one.signing.listPublicKeys({});
  for (let round = 0; round < 100; round++) {
    const algorithm = round % 4 === 0 ? 'RS256' : 'ES256';
    const request = idTokenRequest({ algorithm });
    const racing = [one, other, one, other].map(async ({ signing }) => (await signing.signIdToken(request)).jwt);
    const [first, ...more] = [...(await Promise.all(racing)), (await other.signing.signIdToken(request)).jwt];
    expect(isSignedBy(keys, 'hydra.openid.id-token', first)).toBe(true);
    expect(more).toEqual([first, first, first, first]);
    expect(await rowsOf(request.requestId)).toMatchObject([{ outcome: 'signed', input_hash: inputHash(first) }]);
  }
  expect(await auditOf(database).verify()).toMatchObject({ rows: 100, broken: undefined });
});

test('a replay at the other replica gets the first answer, even when another key signs by then', async () => {
  const request = accessTokenRequest();
  const { jwt } = await one.signing.signAccessToken(request);
  const key = { keySet: 'hydra.jwt.access-token', algorithm: 'ES256', activateAfterSeconds: 0 };
  await one.admin.createKey({ ...key, requestId: randomUUID() });
  await until(async () => {
    const { jwt: newer } = await other.signing.signAccessToken(accessTokenRequest());
    return readJwt(newer).header['kid'] !== readJwt(jwt).header['kid'];
  });
  expect((await other.signing.signAccessToken(request)).jwt).toBe(jwt);
  expect(await rowsOf(request.requestId)).toHaveLength(1);
});

test('another request under a used id is refused at the other replica too, and stands in the record', async () => {
  const request = idTokenRequest();
  await one.signing.signIdToken(request);
  const { requestId } = request;
  const conflict = { code: 'conflict' };
  await expect(other.signing.signIdToken({ ...request, subject: 'mallory' })).rejects.toMatchObject(conflict);
  await expect(other.signing.signAccessToken(accessTokenRequest({ requestId }))).rejects.toMatchObject(conflict);
  await until(async () => (await rowsOf(requestId)).length === 3);
  expect(await rowsOf(requestId)).toMatchObject([
    { outcome: 'signed', purpose: 'id_token' },
    { outcome: 'refused', purpose: 'id_token', reason: expect.stringContaining('another request') },
    { outcome: 'refused', purpose: 'access_token', reason: expect.stringContaining('another request') },
  ]);
});

test('what the rules refuse and what cannot be signed stands in the record, with a hash for a subject', async () => {
  const long = { expiresAt: 2 ** 40, subject: 'alice@id.example' };
  const refused = idTokenRequest(long);
  await expect(one.signing.signIdToken(refused)).rejects.toMatchObject({ code: 'invalid_request' });
  const odd = accessTokenRequest({ requestId: 'not\0an id', subject: 'alice@id.example', clientId: 'x'.repeat(999) });
  await expect(one.signing.signAccessToken(odd)).rejects.toMatchObject({ code: 'invalid_request' });
  const failed = idTokenRequest({ algorithm: 'ES512', subject: 'bob' });
  await expect(other.signing.signIdToken(failed)).rejects.toMatchObject(unavailable);
  const signed = idTokenRequest({ subject: 'alice@id.example' });
  await other.signing.signIdToken(signed);

  await until(async () => (await rowsOf(failed.requestId)).length === 1 && (await rowsOf('not?an id')).length === 1);
  const [refusedRow, oddRow, failedRow, signedRow] = (
    await Promise.all([refused.requestId, 'not?an id', failed.requestId, signed.requestId].map(rowsOf))
  ).map(([row]) => row);
  const nothing = { kid: '', input_hash: Buffer.alloc(0), expires_at: null };
  expect(refusedRow).toMatchObject({
    ...{ ...nothing, outcome: 'refused', purpose: 'id_token', token_id: refused.tokenId, client_id: 'app' },
    reason: expect.stringMatching(/^The signer refuses: exp is more than/),
  });
  expect(oddRow).toMatchObject({ ...nothing, outcome: 'refused', client_id: 'x'.repeat(255) });
  expect(failedRow).toMatchObject({
    ...{ ...nothing, outcome: 'failed', algorithm: 'ES512' },
    reason: expect.stringContaining('no key of key set hydra.openid.id-token signs with ES512'),
  });
  const hash = signedRow?.['subject_hash'];
  expect(hash).toHaveLength(32);
  expect(hash).toEqual(refusedRow?.['subject_hash']);
  expect(hash).toEqual(oddRow?.['subject_hash']);
  expect(hash).not.toEqual(failedRow?.['subject_hash']);
  expect(hash).not.toEqual(createHash('sha256').update('alice@id.example').digest());
  expect(JSON.stringify([refusedRow, oddRow, failedRow, signedRow])).not.toContain('alice');
  expect(await one.metrics()).toContain(
    'cardea_keys_attempts_total{purpose="id_token",outcome="refused",service="keys"} 1',
  );
});

test('while PostgreSQL is a black hole no signature leaves; afterwards it does', async () => {
  proxy.let('nothing');
  const request = idTokenRequest();
  await expect(other.signing.signIdToken(request)).rejects.toMatchObject(unavailable);
  await other.becomes(false);
  proxy.let('everything');
  await other.becomes(true);
  const { jwt } = await other.signing.signIdToken(request);
  expect(await rowsOf(request.requestId)).toMatchObject([{ input_hash: inputHash(jwt) }]);
});

test('when the row is written and its answer lost, the signature is withheld, and asked for again it is that very one', async () => {
  const request = idTokenRequest();
  proxy.let('requests');
  await expect(other.signing.signIdToken(request)).rejects.toMatchObject(unavailable);
  const [row] = await rowsOf(request.requestId);
  expect(row).toMatchObject({ outcome: 'signed' });
  proxy.let('everything');
  const { jwt } = await one.signing.signIdToken(request);
  await other.becomes(true);
  expect((await other.signing.signIdToken(request)).jwt).toBe(jwt);
  expect(inputHash(jwt)).toEqual(row?.['input_hash']);
  expect(await rowsOf(request.requestId)).toHaveLength(1);
});

test('the database alone gives no signature away', async () => {
  const request = idTokenRequest();
  const { jwt } = await one.signing.signIdToken(request);
  const signature = Buffer.from(jwt.slice(jwt.lastIndexOf('.') + 1), 'base64url');
  const { rows } = await database.client.query<{ sealed: Buffer }>(
    'SELECT sealed FROM cardea_keys_audit.answer WHERE request_id = $1',
    [request.requestId],
  );
  expect(rows[0]?.sealed.length).toBe(signature.length + 16);
  expect(rows[0]?.sealed.includes(signature.subarray(0, 16))).toBe(false);
});

test('an answer that somebody changed in the database, or exchanged for another, is not given', async () => {
  const [request, another] = [idTokenRequest(), idTokenRequest()];
  for (const each of [request, another]) await one.signing.signIdToken(each);
  const changed = 'UPDATE cardea_keys_audit.answer SET sealed = $2 WHERE request_id = $1';
  const { rows } = await database.client.query<{ request_id: string; sealed: Buffer }>(
    'SELECT request_id, sealed FROM cardea_keys_audit.answer WHERE request_id = ANY ($1)',
    [[request.requestId, another.requestId]],
  );
  const sealedOf = (id: string) => rows.find((row) => row.request_id === id)?.sealed ?? Buffer.alloc(0);
  const own = sealedOf(request.requestId);
  const flipped = Buffer.from(own);
  flipped[30] = (flipped[30] ?? 0) ^ 1;
  for (const wrong of [flipped, sealedOf(another.requestId), own.subarray(0, -1), Buffer.alloc(0)]) {
    await database.client.query(changed, [request.requestId, wrong]);
    await expect(other.signing.signIdToken(request)).rejects.toMatchObject({ code: 'conflict' });
  }
  await database.client.query(changed, [request.requestId, own]);
  expect((await other.signing.signIdToken(request)).jwt).toBe((await one.signing.signIdToken(request)).jwt);
});

test('what a replica has forgotten it answers again from the record', async () => {
  const request = idTokenRequest();
  const { jwt } = await one.signing.signIdToken(request);
  // Twice as many as it remembers at most, and some more.
  for (let count = 0; count < 2_400; count += 200) {
    await Promise.all(Array.from({ length: 200 }, () => one.signing.signIdToken(idTokenRequest())));
  }
  expect((await one.signing.signIdToken(request)).jwt).toBe(jwt);
  const anotherRequest = one.signing.signIdToken({ ...request, subject: 'mallory' });
  await expect(anotherRequest).rejects.toMatchObject({ code: 'conflict' });
  await until(async () => (await rowsOf(request.requestId)).length === 2);
  expect(await rowsOf(request.requestId)).toMatchObject([{ outcome: 'signed' }, { outcome: 'refused' }]);
});
