// URLs that name several servers, as libpq reads them; what cannot be meant is refused without repeating the password in it.
import { expect, test } from '@jest/globals';
import { postgresHosts } from './hosts.js';

const two = [
  { host: 'a', port: 5432 },
  { host: 'b', port: 6000 },
];

test.each([
  ['postgres://u:p@a,b:6000/cardea?sslmode=verify-full', 'postgres://u:p@a:5432/cardea?sslmode=verify-full'],
  ['postgresql://u:p@a:5432,b:6000/cardea', 'postgresql://u:p@a:5432/cardea'],
  ['postgres://u:p@/cardea?host=a,b&port=5432,6000', 'postgres://u:p@a:5432/cardea'],
  ['postgres://a,b:6000/cardea?target_session_attrs=read-write', 'postgres://a:5432/cardea'],
  ['postgres://u%40x:p%2Cq@a,b:6000?target_session_attrs=primary', 'postgres://u%40x:p%2Cq@a:5432'],
])('%s', (dsn, url) => {
  expect(postgresHosts(dsn)).toEqual({ url, hosts: two });
});

test('IPv6 addresses, and one port for all', () => {
  expect(postgresHosts('postgres://[::1],[fd00::2]:5433/cardea')).toEqual({
    url: 'postgres://[::1]:5432/cardea',
    hosts: [
      { host: '::1', port: 5432 },
      { host: 'fd00::2', port: 5433 },
    ],
  });
  expect(postgresHosts('postgres:///cardea?host=a,b&port=7000').hosts.map(({ port }) => port)).toEqual([7000, 7000]);
});

test.each([
  'postgres://u:p@a:5432/cardea',
  'postgres://u:p@a/cardea?sslmode=disable&application_name=x,y',
  'postgres:///cardea?host=/var/run/postgresql',
  'postgres://%2Fvar%2Frun/cardea',
])('one server is left to the driver: %s', (dsn) => {
  expect(postgresHosts(dsn)).toEqual({ url: dsn, hosts: [] });
});

test.each([
  ['postgres://u:secret@a,/cardea', 'a host is empty'],
  ['postgres://u:secret@a,b:none/cardea', 'its port is no number'],
  ['postgres://u:secret@/cardea?host=a,b&port=1,2,3', 'as many ports as hosts'],
  ['postgres://u:secret@a,b/cardea?target_session_attrs=any', 'can only be read-write or primary'],
  ['postgres://u:secret@a/cardea?target_session_attrs=prefer-standby', 'standbys may know tokens that were revoked'],
])('refused: %s', (dsn, words) => {
  expect(() => postgresHosts(dsn)).toThrow(words);
  try {
    postgresHosts(dsn);
  } catch (error) {
    expect((error as Error).message).not.toContain('secret');
  }
});
