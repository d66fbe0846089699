// Where a server may listen: never over somebody else's socket, never in the clear beyond this machine.
import { expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { clientOf, peerOf, roads, serveEcho, socketPath } from './echo.fixture.js';

test.each(roads)('a unix socket carries %s', async (_road, road) => {
  const address = `unix:${socketPath()}`;
  const server = await serveEcho({ address });
  expect(server.address).toBe(address);
  expect(statSync(address.slice(5)).mode & 0o777).toBe(0o660);
  expect(await clientOf(peerOf([address]), road).say({ text: 'a' })).toEqual({ text: 'a' });
  await server.close();
});

test('a socket that a killed process left behind is taken over', async () => {
  const path = socketPath();
  // It dies without closing, so its socket stays.
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(existsSync(path)).toBe(true);
  await serveEcho({ address: `unix:${path}` });
  expect(await clientOf(peerOf([`unix:${path}`])).say({ text: 'a' })).toEqual({ text: 'a' });
});

test('a socket in use is refused, and its server goes on', async () => {
  const address = `unix:${socketPath()}`;
  await serveEcho({ address });
  await expect(serveEcho({ address })).rejects.toThrow(`${address} is in use by another process`);
  expect(await clientOf(peerOf([address])).say({ text: 'a' })).toEqual({ text: 'a' });
});

test('a file or a directory in its place is refused and kept', async () => {
  const path = socketPath();
  writeFileSync(path, 'precious');
  await expect(serveEcho({ address: `unix:${path}` })).rejects.toThrow(/is a file, not a socket/);
  expect(readFileSync(path, 'utf8')).toBe('precious');
  const directory = socketPath();
  mkdirSync(directory);
  await expect(serveEcho({ address: `unix:${directory}` })).rejects.toThrow(/not a socket/);
});

test('a port in use is refused by name', async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) =>
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
  );
  await expect(serveEcho({ address: `127.0.0.1:${String(port)}` })).rejects.toThrow(`127.0.0.1:${String(port)}`);
  taken.close();
});

test.each([
  '0.0.0.0:0',
  '[::]:0',
  '10.0.0.1:4450',
  'token.internal:4450',
  'localhost.evil.test:4450',
  '127.0.0.1.evil.test:1',
])('plain transport on %s is refused on both sides', async (address) => {
  await expect(serveEcho({ address })).rejects.toThrow(/needs TLS files/);
  expect(() => peerOf([address])).toThrow(/needs TLS files/);
});
