// Where an HTTP server listens: TCP, and unix sockets that belong to whom they should and outlive a killed process.
import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer, get } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { listen } from './listen.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const server = (answer = 'here') => {
  const made = createServer((_request, response) => response.end(answer));
  servers.push(made);
  return made;
};
const socketPath = () => path.join(mkdtempSync(path.join(os.tmpdir(), 'cardea-socket-')), 's');
const ask = (socket: string) =>
  new Promise<string>((resolve, reject) => {
    get({ socketPath: socket, path: '/' }, (response) => response.on('data', (data) => resolve(String(data)))).on(
      'error',
      reject,
    );
  });

test('TCP, IPv6 in brackets', async () => {
  expect(await listen(server(), { host: '127.0.0.1', port: 0 })).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await listen(server(), { host: '::1', port: 0 })).toMatch(/^http:\/\/\[::1\]:\d+$/);
});

test('a unix socket has the mode and the owner it should', async () => {
  const file = socketPath();
  const socket = { mode: 0o660, owner: String(process.getuid!()), group: os.userInfo().gid === 0 ? 'root' : undefined };
  expect(await listen(server(), { host: `unix:${file}`, port: 0, socket })).toBe(`unix:${file}`);
  expect(statSync(file).mode & 0o777).toBe(0o660);
  expect(statSync(file).uid).toBe(process.getuid!());
  expect(await ask(file)).toBe('here');
});

test('one that a killed process left is replaced, one that is answered is not', async () => {
  const file = socketPath();
  // What is closed by a signal stays in the file system: node removes it only on a proper close.
  const { execFileSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' })).toThrow();
  expect(statSync(file).isSocket()).toBe(true);
  await listen(server('new'), { host: `unix:${file}`, port: 0 });
  expect(await ask(file)).toBe('new');
  await expect(listen(server(), { host: `unix:${file}`, port: 0 })).rejects.toThrow('is in use by another process');
});

test('an owner that nobody is', async () => {
  const address = { host: `unix:${socketPath()}`, port: 0, socket: { mode: 0o700, owner: 'nobody-of-that-name' } };
  await expect(listen(server(), address)).rejects.toThrow('socket.owner: there is no nobody-of-that-name');
});
