// `cardea events` against the running services: real PostgreSQL, gRPC and HTTP.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(120_000);

let running: Running;
beforeAll(async () => {
  running = await startRunning();
}, 120_000);
afterAll(() => running.stop());

const cardea = (...words: string[]) => running.cardea(words);
const create = async (name: string) => {
  const { code, out, err } = await cardea('create', 'client', '--name', name, '--format', 'jsonpath=client_id', '-q');
  expect([code, err]).toEqual([0, '']);
  return out.trim();
};

test('what happened is a line each; the same through --format, -q and --client', async () => {
  const id = await create('Shop');
  await cardea('delete', 'client', id);
  const asked = ['events', '--type', 'cardea.client.*', '--client', id];
  // A transaction that is open elsewhere on the server holds the stream back, and nothing of it is lost.
  let out = '';
  for (const from = Date.now(); out.split('\n').length < 3 && Date.now() - from < 60_000;)
    ({ out } = await cardea(...asked));
  expect(out).toMatch(new RegExp(`^\\S+Z client\\.created client_id=${id}\n\\S+Z client\\.deleted client_id=${id}\n$`));
  const json = (await cardea(...asked, '--format', 'json')).out.trim().split('\n');
  expect(json.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'cardea.client.created.v1',
    'cardea.client.deleted.v1',
  ]);
  const ids = json.map((line) => (JSON.parse(line) as { id: string }).id);
  expect((await cardea(...asked, '-q')).out).toBe(ids.map((one) => `${one}\n`).join(''));
  expect((await cardea(...asked, '--since', '2999-01-01T00:00:00Z')).out).toBe('');
  const admin = await cardea('events', '--type', 'cardea.admin.changed.v1');
  expect(admin.out).toContain(`actor=local authentication=none action=POST /admin/clients target=/admin/clients/${id}`);
});

test('--follow begins with what happens now, and goes on until it has told as much as was asked for', async () => {
  await create('Before');
  const following = cardea('events', '--follow', '--type', 'cardea.client.created.v1', '--count', '2', '-q');
  let told = false;
  const ended = following.then((outcome) => {
    told = true;
    return outcome;
  });
  // Whenever it has begun to listen, two that come after it are what it tells.
  const ids: string[] = [];
  while (!told && ids.length < 60) {
    ids.push(await create(`After ${String(ids.length)}`));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { code, out, err } = await ended;
  expect([code, err, out.trim().split('\n').length]).toEqual([0, '', 2]);
});

test('--follow outlives a service that is being replaced, and goes on where it was', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after') ?? '';
    asked.push(after);
    const page = (events: readonly object[], next: string) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ events, next, more: false }));
    if (after === 'end') page([], 'here');
    else if (asked.length < 4) request.socket.destroy();
    else
      page([{ id: 'one', type: 'cardea.client.created.v1', time: 'now', data: { client_id: 'a\u001b[2Jb' } }], 'there');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const { code, out, err } = await cardea('events', '--follow', '--count', '1', '--endpoint', endpoint);
  expect([code, out]).toEqual([0, 'now client.created client_id=a [2Jb\n']);
  expect(err.trim().split('\n')).toEqual([expect.stringContaining('asking again')]);
  expect(asked).toEqual(['end', 'here', 'here', 'here']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('what cannot be asked is one line that says so', async () => {
  expect(await cardea('events', '--type', 'cardea.nothing.*')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no event of that type.'),
  });
  expect(await cardea('events', '--count', '0')).toMatchObject({ code: 1, err: expect.stringContaining('--count') });
});
