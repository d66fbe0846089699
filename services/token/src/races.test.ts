// What must happen once happens once, whoever else is trying at that moment, in this process or another (ARCHITECTURE §2
// law 8; security D02, D10).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import { createAccessTokens } from './storage/tokens.js';
import type { Form, TokenService } from './tokens.fixture.js';
import { createTokenService, verdict, verifier } from './tokens.fixture.js';

let database: TestDatabase;
let services: TokenService[];
let auth: string;
const at = (index: number) => services[index % services.length]!;

beforeAll(async () => {
  database = await createTestDatabase();
  const clock = { millis: Date.now() };
  services = [await createTokenService({ database, clock }), await createTokenService({ database, clock })];
  const { clientSecret } = await at(0).client({ clientId: 'app' });
  auth = at(0).basic('app', clientSecret);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await database.drop();
});

const count = async (table: string, grantId: string) => {
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM cardea.${table} WHERE grant_id = $1`,
    [grantId],
  );
  return rows[0]!.n;
};

test('D02: 20 redemptions of one code at once, 200 rounds: one winner each, and never two sets of tokens', async () => {
  const won: number[] = [];
  const others = new Set<string>();
  for (let round = 0; round < 200; round++) {
    const { code, grantId } = await at(0).code('app', { scopes: ['offline'] });
    const form: Form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://app.example/cb',
      code_verifier: verifier,
    };
    const verdicts = await Promise.all(Array.from({ length: 20 }, (_, index) => verdict(at(index).token(form, auth))));
    won.push(verdicts.filter((one) => one === 'ok').length);
    verdicts.filter((one) => one !== 'ok').forEach((one) => others.add(one));
    expect(await count('access_token', grantId)).toBeLessThanOrEqual(1);
    expect(await count('refresh_token', grantId)).toBeLessThanOrEqual(1);
  }
  expect(new Set(won)).toEqual(new Set([1]));
  expect([...others]).toEqual(['invalid_grant']);
}, 60_000);

test('D10: 20 refreshes of one token at once: one pair, handed to all', async () => {
  for (let round = 0; round < 30; round++) {
    const { refreshToken, grantId } = await at(0).redeemed('app', auth, { scopes: ['offline'] });
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => at(index).token(form, auth)));
    expect(new Set(answers.map((answer) => `${answer.accessToken} ${answer.refreshToken}`)).size).toBe(1);
    expect(await at(0).active(answers[0]!.accessToken)).toBe(true);
    expect(await count('access_token', grantId)).toBe(1);
    expect(await count('refresh_token', grantId)).toBe(2);
  }
}, 60_000);

test('many codes at once, each asked for twice in the same batch, are all redeemed once', async () => {
  const codes = await Promise.all(Array.from({ length: 40 }, () => at(0).code('app', { scopes: ['photos.x'] })));
  const verdicts = await Promise.all(
    [...codes, ...codes].map(({ code }, index) =>
      verdict(
        at(index).token(
          { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example/cb', code_verifier: verifier },
          auth,
        ),
      ),
    ),
  );
  expect(verdicts.filter((one) => one === 'ok')).toHaveLength(40);
  expect(verdicts.filter((one) => one === 'invalid_grant')).toHaveLength(40);
});

describe('a family that falls while it grows leaves nothing alive', () => {
  test.each(['rotation', 'redemption'])(
    '%s',
    async (kind) => {
      for (let round = 0; round < 60; round++) {
        const { code, grantId } = await at(0).code('app');
        const redeem: Form = {
          grant_type: 'authorization_code',
          code,
          redirect_uri: 'https://app.example/cb',
          code_verifier: verifier,
        };
        const begun = kind === 'rotation' ? await at(0).token(redeem, auth) : undefined;
        const grow = begun === undefined ? redeem : { grant_type: 'refresh_token', refresh_token: begun.refreshToken };
        const [grown] = await Promise.allSettled([
          at(0).token(grow, auth),
          // Spread over the time the other needs, so that every order of their steps comes up.
          new Promise((resolve) => setTimeout(resolve, (round % 6) * 0.6)).then(() =>
            at(1).rooms.families.fall(grantId),
          ),
        ]);
        if (grown.status === 'fulfilled') {
          expect(await at(1).active(grown.value.accessToken)).toBe(false);
          const again = { grant_type: 'refresh_token', refresh_token: grown.value.refreshToken };
          expect(await verdict(at(1).token(again, auth))).toBe('invalid_grant');
        }
        expect(await count('access_token', grantId)).toBe(0);
      }
    },
    60_000,
  );
});

test('a row PostgreSQL refuses fails alone, not its neighbours of the batch', async () => {
  const tokens = createAccessTokens(database.pool);
  const expiresAt = Math.floor(Date.now() / 1000) + 60;
  const rows = Array.from({ length: 12 }, (_, index) => ({
    key: Buffer.alloc(32, index + 1),
    expiresAt,
    grantId: undefined,
    clientId: index === 5 ? 'a\0b' : 'app',
    body: Buffer.from('x'),
  }));
  const settled = await Promise.allSettled(rows.map((row) => tokens.insert(row)));
  expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(rows.map((_, index) => index !== 5));
  const found = await Promise.all(rows.map((row) => tokens.find(row)));
  expect(found.map((body) => body !== undefined)).toEqual(rows.map((_, index) => index !== 5));
});
