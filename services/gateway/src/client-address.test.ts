// Whose request it is, behind proxies that are trusted and behind those that are not.
import { expect, test } from '@jest/globals';
import { ConfigError } from '@cardea/service';
import type { IncomingMessage } from 'node:http';
import { createClientAddress } from './client-address.js';

const asked = (trusted: string[], remoteAddress: string | undefined, forwarded?: string) =>
  createClientAddress(
    trusted,
    () => undefined,
  )({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

const proxies = ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', 'unix'];

test.each<[string, string[], string | undefined, string | undefined, string]>([
  ['nobody is trusted', [], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['nobody is trusted, loopback included', [], '127.0.0.1', '198.51.100.1', '127.0.0.1'],
  ['IPv4 on an IPv6 socket', [], '::ffff:203.0.113.9', undefined, '203.0.113.9'],
  ['straight from somewhere else', proxies, '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['through one proxy', proxies, '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['through two', proxies, '10.1.2.3', '198.51.100.1, 192.0.2.1', '198.51.100.1'],
  ['what the caller wrote itself does not count', proxies, '10.1.2.3', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['garbage before the last proxy', proxies, '10.1.2.3', 'unknown, 192.0.2.1', '192.0.2.1'],
  ['a proxy that says nothing', proxies, '10.1.2.3', undefined, '10.1.2.3'],
  ['over IPv6', proxies, '2001:db8::1', '2001:db9::7', '2001:db9::7'],
  ['over a unix socket', proxies, undefined, '198.51.100.1', '198.51.100.1'],
  ['over a unix socket that is not trusted', ['10.0.0.0/8'], undefined, '198.51.100.1', ''],
])('%s', (_name, trusted, remoteAddress, forwarded, expected) => {
  expect(asked(trusted, remoteAddress, forwarded)).toBe(expected);
});

test.each(['10.0.0', 'proxy.example', '10.0.0.0/33', '10.0.0.0/x', '::/129'])('%s is not accepted', (entry) => {
  expect(() => createClientAddress([entry], () => undefined)).toThrow(ConfigError);
});

test('a proxy that nobody told us of is named once', () => {
  const named: string[] = [];
  const addressOf = createClientAddress([], (address) => named.push(address));
  const request = (headers: object) =>
    ({ socket: { remoteAddress: '10.1.2.3' }, headers }) as unknown as IncomingMessage;
  addressOf(request({}));
  expect(named).toEqual([]);
  addressOf(request({ 'x-forwarded-for': '198.51.100.1' }));
  addressOf(request({ 'x-forwarded-for': '198.51.100.2' }));
  expect(named).toEqual(['10.1.2.3']);
});
