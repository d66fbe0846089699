// Who has a port: known on Linux for our own processes, and said in the sentence that asks for another.
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { claimPorts } from './claim-ports.js';
import { portIsFree } from './port-owner.js';

test('a taken port is named with its owner and the way out; a free one is fine', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await portIsFree(port)).toBe(false);
  const owner = process.platform === 'linux' ? ` by .* \\(process ${String(process.pid)}\\)` : '';
  const sentence = new RegExp(`port ${String(port)} \\(login app\\) is taken${owner}: .*--ports`);
  await expect(claimPorts({ 'login app': port }, false)).rejects.toThrow(sentence);
  server.close();
  await once(server, 'close');
  await claimPorts({ 'login app': port }, false);
});

test('a port that is just being left is waited for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const claimed = claimPorts({ redis: port }, true);
  server.close();
  await claimed;
  expect(await portIsFree(port)).toBe(true);
});
