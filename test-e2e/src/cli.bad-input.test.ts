// What people get wrong around the command: each is one line that says what and how to mend it, an exit code, and no stack trace. (That the
// admin API wants a credential is in cli/src/api/failures.test.ts.)
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Demo } from './demo.js';
import { freeBase, joinDemo, newHome } from './demo.js';
import type { Redis } from './faults/servers.js';
import { startRedis } from './faults/servers.js';
import { root } from './processes.js';

let demo: Demo;
let redis: Redis;
const own = newHome();
const file = (name: string, text: string): string => {
  const place = path.join(own.directory, name);
  writeFileSync(place, text);
  return place;
};

beforeAll(async () => {
  mkdirSync(path.join(own.directory, 'redis'), { recursive: true });
  const place = {
    directory: path.join(own.directory, 'redis'),
    cache: path.join(root, '.cache'),
    port: await freeBase(),
  };
  [demo, redis] = await Promise.all([joinDemo(), startRedis({ ...place, progress: () => undefined })]);
  await redis.command('CONFIG SET maxmemory-policy allkeys-lru');
}, 180_000);

afterAll(async () => {
  await redis.stop();
  await demo.stop();
  own.remove();
}, 60_000);

function cardea(
  words: readonly string[],
  env: Record<string, string>,
): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const places = { CARDEA_ADMIN_URL: demo.admin, CARDEA_PUBLIC_URL: demo.public };
    execFile(
      process.execPath,
      [path.join(root, 'cli/bin/cardea.js'), ...words],
      { env: { PATH: process.env['PATH'] ?? '', ...places, ...env } },
      (error, out, err) => resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}

const shared = () => path.join(demo.home, 'config', 'shared.yaml');

test.each<[string, () => [words: string[], env?: Record<string, string>], RegExp]>([
  ['a wrong flag', () => [['create', 'client', '--nmae', 'x']], /unknown option '--nmae' \(Did you mean --name\?\)/],
  [
    'a keys service that nobody reaches',
    () => [['keys', 'list'], { SERVE_KEYS_ADDRESS: '127.0.0.1:1' }],
    /cannot be reached at 127\.0\.0\.1:1 \(serve\.keys\.address\): start it .*PEERS_KEYS_ADDRESSES/,
  ],
  [
    'an endpoint that nobody answers at',
    () => [['list', 'clients'], { CARDEA_ADMIN_URL: 'http://127.0.0.1:1' }],
    /nobody answers.*127\.0\.0\.1:1/,
  ],
  ['a half-written file', () => [['config', 'check', file('half.yaml', 'ttl:\n  access_token: "1')]], /half\.yaml:2: /],
  [
    'a secret file that is not there',
    () => [['serve', 'token', '--config', shared()], { DSN_FILE: '/nowhere/dsn' }],
    /dsn_file: ENOENT.*\/nowhere\/dsn/,
  ],
  [
    'a port in use',
    () => [['serve', 'gateway', '--config', shared()]],
    /127\.0\.0\.1:\d+ is in use by another process/,
  ],
  [
    'a database without migrations',
    () => [
      ['keys', 'bootstrap', '--config', shared()],
      {
        DSN: demo.dsn.replace(/\/[^/]*$/, '/postgres'),
        KEYS_KEK: Buffer.alloc(32, 'kek of a test').toString('base64'),
      },
    ],
    /cardea migrate up/,
  ],
])(
  '%s',
  async (_what, order, says) => {
    const [words, env = {}] = order();
    const { code, err } = await cardea(words, env);
    expect(code).toEqual(expect.any(Number));
    expect(code).not.toBe(0);
    expect(err).toMatch(says);
    expect(err.trim().split('\n')).toHaveLength(1);
  },
  90_000,
);

test('a Redis that evicts, where jobs lie', async () => {
  const words = ['doctor', '--format', 'json', '--config', shared()];
  const { code, out, err } = await cardea(words, {
    DSN: demo.dsn,
    REDIS_URL: `redis://127.0.0.1:${String(redis.port)}`,
  });
  expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
  const { findings } = JSON.parse(out) as { findings: readonly object[] };
  expect(findings).toContainEqual(
    expect.objectContaining({
      verdict: 'wrong',
      says: 'maxmemory-policy is allkeys-lru, and the job queue lives there',
      fix: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    }),
  );
}, 90_000);
