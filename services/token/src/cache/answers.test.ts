// What is remembered of one question is no answer to another: neither of other scopes, nor of another token that looks
// almost the same (RFC 7662 §2.2; security catalogue D20, D21).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { needed } from '../database.fixture.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService } from '../tokens.fixture.js';

/** A database of Redis that no other suite flushes. */
const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/9`;
let direct: Redis;
let service: TokenService;
let auth: string;

beforeAll(async () => {
  direct = new Redis(redisUrl);
  await direct.flushdb();
  service = await createTokenService({ redisUrl });
  await service.client({ clientId: 'app' }, 'app-secret');
  await service.client({ clientId: 'jwt', accessTokenStrategy: 'jwt' }, 'jwt-secret');
  auth = service.basic('app', 'app-secret');
});
afterAll(async () => {
  await service.close();
  direct.disconnect();
});

/** Takes the rows away, so that only what Redis remembers can still say `active`. */
const withoutRows = async (work: () => Promise<void>) => {
  const { pool } = service.database;
  await pool.query('CREATE TABLE parked AS SELECT * FROM cardea.access_token');
  await pool.query('DELETE FROM cardea.access_token');
  try {
    await work();
  } finally {
    await pool.query('INSERT INTO cardea.access_token SELECT * FROM parked');
    await pool.query('DROP TABLE parked');
  }
};
const remembered = async () => {
  const keys = await direct.keys('cardea:at:*');
  const lengths = await Promise.all(keys.map((key) => direct.strlen(key)));
  return lengths.filter((length) => length > 40).length;
};
/** Asks until `count` tokens answer from Redis. */
const warm = async (tokens: readonly string[], ask: (token: string) => Promise<unknown>) => {
  for (let tries = 0; (await remembered()) < tokens.length; tries++) {
    if (tries === 500) throw new Error('nothing was remembered');
    for (const token of tokens) await ask(token);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const issue = async (scope: string, client = 'app') =>
  (
    await service.token(
      { grant_type: 'client_credentials', ...(scope !== '' && { scope }) },
      service.basic(client, `${client}-secret`),
    )
  ).accessToken;

describe('D20: a scope is asked for, and was not granted', () => {
  test.each([
    ['first, before anything is remembered', ['photos.x']],
    ['when an answer without scopes is remembered', []],
    ['when an answer for a granted scope is remembered', ['photos.read']],
  ])('%s: false, true, false', async (_name, first) => {
    await direct.flushdb();
    const token = await issue('photos.read');
    await warm([token], (text) => service.active(text, first));
    await withoutRows(async () => {
      expect(await service.active(token, ['photos.x'])).toBe(false);
      expect(await service.active(token)).toBe(true);
      expect(await service.active(token, ['photos.read'])).toBe(true);
      expect(await service.active(token, ['photos.x'])).toBe(false);
    });
  });
});

describe('D21: what resembles a remembered token', () => {
  test.each<[string, (token: string) => string]>([
    ['a part of it', (token) => token.slice(0, -1)],
    ['more than it', (token) => `${token}A`],
    ['it twice', (token) => token + token],
    ['it without its prefix', (token) => token.replace(/^ory_at_/, '')],
    ['it under the prefix of another kind', (token) => token.replace(/^ory_at_/, 'ory_rt_')],
    ['a letter that folds into the right one', (token) => token.replace(/^ory/, '\u00f8ry')],
    ['full-width letters', (token) => token.replace(/^o/, '\uff4f')],
    ['a combining mark behind it', (token) => `${token}\u0301`],
    ['a zero-width space in front', (token) => `\u200b${token}`],
    ['a NUL behind it', (token) => `${token}\0`],
    ['another case', (token) => token.toUpperCase()],
  ])('%s is unknown, while the token itself is remembered', async (_name, change) => {
    await direct.flushdb();
    const token = await issue('photos.read');
    await warm([token], (text) => service.active(text));
    await withoutRows(async () => {
      expect(await service.active(change(token))).toBe(false);
      expect(await service.active(token)).toBe(true);
    });
  });

  test('two tokens of one client and two of one moment answer each for itself, from Redis too', async () => {
    await direct.flushdb();
    const [read, write, signed, other] = await Promise.all([
      issue('photos.read'),
      issue('photos.write'),
      issue('photos.read', 'jwt'),
      issue('photos.write', 'jwt'),
    ]);
    const tokens = [read, write, signed, other];
    await warm(tokens, (text) => service.active(text));
    const scopes = async () =>
      Promise.all(
        tokens.map(async (text) =>
          (({ active, clientId, scope }) => [active, clientId, scope])(await service.introspect(text)),
        ),
      );
    await withoutRows(async () => {
      expect(await scopes()).toEqual([
        [true, 'app', 'photos.read'],
        [true, 'app', 'photos.write'],
        [true, 'jwt', 'photos.read'],
        [true, 'jwt', 'photos.write'],
      ]);
    });
    await service.revoke({ token: read }, auth);
    expect((await scopes()).map(([active]) => active)).toEqual([false, true, true, true]);
  });
});
