// A code and a refresh token, used by whom they were given to, once: anything else is invalid_grant and changes nothing, and
// of many at once exactly one wins (RFC 6749 §4.1.2, §6, RFC 9700 §2.2.2, §4.14.2).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { CreatedClient } from './clients.js';
import { callback, createClient } from './clients.js';
import { freshCode, introspect, redeem, refresh } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';

let demo: Demo;
let client: CreatedClient;
let stranger: CreatedClient;

beforeAll(async () => {
  demo = await joinDemo();
  client = await createClient(demo.admin);
  stranger = await createClient(demo.admin);
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

const invalidGrant = { status: 400, body: { error: 'invalid_grant', error_id: expect.any(String) } };

async function newTokens() {
  const { status, body } = await redeem(demo, client, await freshCode(demo, client));
  expect(status).toBe(200);
  return { access: body.access_token ?? '', refresh: body.refresh_token ?? '' };
}

describe('a code', () => {
  const verifier = 'v'.repeat(43);
  const right = { code_verifier: verifier };
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const proven = () => freshCode(demo, client, { code_challenge: challenge, code_challenge_method: 'S256' });

  test('is not spent by another client, a wrong verifier or another redirect URI', async () => {
    const code = await proven();
    const refusals = [
      await redeem(demo, stranger, code, right),
      await redeem(demo, client, code, { code_verifier: 'w'.repeat(43) }),
      await redeem(demo, client, code, { code_verifier: challenge }),
      await redeem(demo, client, code, { code_verifier: 'v'.repeat(42) }),
      await redeem(demo, client, code, { code_verifier: `${verifier}\n` }),
      await redeem(demo, client, code),
      await redeem(demo, client, code, { ...right, redirect_uri: `${callback}/` }),
    ];
    for (const refusal of refusals) expect(refusal).toMatchObject(invalidGrant);
    expect((await redeem(demo, client, code, right)).status).toBe(200);
  });

  test('D09: is given up with the fifth wrong verifier', async () => {
    const code = await proven();
    for (const wrong of ['w'.repeat(43), challenge, 'v'.repeat(42), 'v'.repeat(129), `${verifier}\n`])
      expect(await redeem(demo, client, code, { code_verifier: wrong })).toMatchObject(invalidGrant);
    expect(await redeem(demo, client, code, right)).toMatchObject(invalidGrant);
  });

  test('that was asked for without PKCE takes no verifier', async () => {
    const code = await freshCode(demo, client);
    expect(await redeem(demo, client, code, { code_verifier: 'v'.repeat(43) })).toMatchObject(invalidGrant);
    expect((await redeem(demo, client, code)).status).toBe(200);
  });

  test('D01: used twice fells what came of it: access token, refresh token and its successors', async () => {
    const code = await freshCode(demo, client);
    const { body } = await redeem(demo, client, code);
    const { body: next } = await refresh(demo, client, body.refresh_token ?? '');
    const tokens = [next.access_token, next.refresh_token].map((token) => token ?? '');
    for (const token of tokens) expect(await introspect(demo, token)).toMatchObject({ active: true });
    expect(await redeem(demo, client, code)).toMatchObject(invalidGrant);
    for (const token of [body.access_token ?? '', ...tokens]) {
      expect(await introspect(demo, token)).toEqual({ active: false });
    }
    expect(await refresh(demo, client, next.refresh_token ?? '')).toMatchObject(invalidGrant);
  });

  test('used twice by somebody else fells nothing', async () => {
    const code = await freshCode(demo, client);
    const { body } = await redeem(demo, client, code);
    expect(await redeem(demo, stranger, code)).toMatchObject(invalidGrant);
    expect(await introspect(demo, body.access_token ?? '')).toMatchObject({ active: true });
  });

  test('redeemed by 20 at once has one winner, 200 times over, and nobody sees a 5xx', async () => {
    let codes: Promise<string>[] = [];
    for (let round = 0; round < 200; round++) {
      // Codes are made some at a time: the race is theirs alone, and logins one by one would take most of the time.
      if (codes.length === 0) codes = Array.from({ length: 20 }, () => freshCode(demo, client, { scope: 'offline' }));
      const code = await (codes.pop() ?? freshCode(demo, client));
      const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(demo, client, code)));
      const outcomes = answers.map(({ status, body }) => (status === 200 ? 'won' : (body.error ?? String(status))));
      expect([round, outcomes.filter((outcome) => outcome === 'won').length]).toEqual([round, 1]);
      expect(outcomes.filter((outcome) => outcome === 'invalid_grant')).toHaveLength(19);
    }
  }, 180_000);
});

describe('a refresh token', () => {
  test('refreshed by 20 at once has one successor, handed to all', async () => {
    for (let round = 0; round < 5; round++) {
      const tokens = await newTokens();
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(demo, client, tokens.refresh)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
      expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1);
      const [first] = answers;
      expect((await refresh(demo, client, first?.body.refresh_token ?? '')).status).toBe(200);
    }
  });

  test('presented by another client is refused, and stays good for its own', async () => {
    const tokens = await newTokens();
    expect(await refresh(demo, stranger, tokens.refresh)).toMatchObject(invalidGrant);
    expect((await refresh(demo, client, tokens.refresh)).status).toBe(200);
  });
});
