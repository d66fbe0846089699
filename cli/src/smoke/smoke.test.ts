// `cardea smoke` against the running services: all steps, nothing left behind, and a step that fails is named.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

let running: Running;
beforeAll(async () => void (running = await startRunning({})), 120_000);
afterAll(() => running.stop());

const clients = async () => (await (await fetch(`${running.admin}/admin/clients`)).json()) as unknown[];

test('goes through, and its client is gone afterwards', async () => {
  const { code, out, err } = await running.cardea(['smoke']);
  expect([code, err]).toEqual([0, '']);
  const steps = out
    .trimEnd()
    .split('\n')
    .map((line) => /^ok {6}(.*?) +\d+ ms$/.exec(line)?.[1]);
  expect(steps).toEqual([
    ...['discovery', 'key set', 'client', 'client credentials', 'login and consent', 'code', 'ID token', 'userinfo'],
    ...['refresh', 'revocation', 'client is gone'],
  ]);
  expect(await clients()).toEqual([]);
});

test('introspects over gRPC too, where it is told the address', async () => {
  const address = String(running.env['SERVE_TOKEN_ADDRESS']);
  const { code, out, err } = await running.cardea(['smoke', '--introspection-endpoint', address]);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^ok {6}introspection by gRPC +\d+ ms$/m);
});

test('half a certificate is no certificate', async () => {
  const { code, err } = await running.cardea(['smoke', '--introspection-endpoint', 'x:1', '--introspection-ca', '/ca']);
  expect([code, err]).toEqual([1, expect.stringContaining('--introspection-key go together')]);
  expect(await clients()).toEqual([]);
});

test('says which step fails and why, and cleans up after itself', async () => {
  const { code, out, err } = await running.cardea(['smoke', '--endpoint', running.admin]);
  expect([code, out]).toEqual([3, 'FAILED  discovery\n']);
  expect(err).toMatch(/^cardea: discovery: .*is .* perhaps the admin API/);
  expect(await clients()).toEqual([]);
});
