// `cardea keys audit list|findings|acknowledge` against the running services: real PostgreSQL, gRPC and HTTP.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { connectForMigrations } from '@cardea/token';
import type { Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

let running: Running;
beforeAll(async () => {
  running = await startRunning();
}, 120_000);
afterAll(() => running.stop());

const audit = (...words: string[]) => running.cardea(['keys', 'audit', ...words]);
const json = async (...words: string[]) => {
  const { code, out, err } = await audit(...words, '--format', 'json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as { items: Record<string, unknown>[] };
};

test('signatures are listed, by what they are about', async () => {
  // What the signer says of itself is on its record too.
  for (const nonce of ['one', 'two']) {
    const { code } = await running.cardea(['keys', 'attest', '--nonce', nonce], { env: running.env });
    expect(code).toBe(0);
  }
  const { items } = await json('list');
  expect(items).toMatchObject([
    { sequence: 2, purpose: 'attestation', outcome: 'signed' },
    { sequence: 1, purpose: 'attestation', outcome: 'signed' },
  ]);
  const { kid, jti, signed_at: signedAt } = items[1] as Record<string, string>;
  expect((await json('list', '--jti', String(jti))).items).toMatchObject([{ sequence: 1 }]);
  expect((await json('list', '--kid', String(kid), '--before', String(signedAt))).items).toEqual([]);
  expect((await json('list', '--subject', 'alice')).items).toEqual([]);
  const table = await audit('list', '--kid', String(kid), '--after', String(signedAt));
  expect(table.out).toMatch(/^SEQUENCE +SIGNED AT +OUTCOME +PURPOSE /);
  expect((await audit('list', '-q')).out).toBe('2\n1\n');
  expect(await audit('list', '--after', 'yesterday')).toMatchObject({
    code: 1,
    err: expect.stringContaining('signed_after'),
  });
});

test('a finding is listed until somebody has looked into it', async () => {
  const session = await connectForMigrations(running.dsn);
  await session.query(
    `INSERT INTO cardea.signature_finding (kind, id, facts)
      VALUES ('signature_without_token', 'minted', '{"caller": "spiffe://stolen"}')`,
  );
  await session.end();
  expect((await audit('findings')).out).toMatch(/1 +signature_without_token +minted .*spiffe:\/\/stolen/);
  const { code, out } = await audit('acknowledge', '1', '--note', 'a service that was killed');
  expect([code, out]).toEqual([0, expect.stringContaining('a service that was killed')]);
  expect((await json('findings')).items).toEqual([]);
  expect((await json('findings', '--state', 'all')).items).toMatchObject([
    { id: '1', about: 'minted', acknowledged_by: 'local', note: 'a service that was killed' },
  ]);
  expect(await audit('acknowledge', '7')).toMatchObject({ code: 3, err: expect.stringContaining('finding "7"') });
});
