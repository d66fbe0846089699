// Handles that are not spelled as we spelled them: forged, bent, cut or decorated, they are nobody's, and the real one stays good
// (security catalogue D18, D19: one canonical spelling, so that rates, denials and audits have one key).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import { authorizationUrl, freshCode, introspect, redeem, refresh } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';

let demo: Demo;
let client: CreatedClient;

beforeAll(async () => {
  demo = await joinDemo();
  client = await createClient(demo.admin);
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another character of the alphabet. */
const flipped = (character: string): string =>
  alphabet.includes(character) ? (alphabet[(alphabet.indexOf(character) + 1) % 64] ?? '') : 'A';

/** The same part with other bits in what base64url leaves over: lenient decoders read the same bytes. */
function trailingBits(part: string): string {
  const last = alphabet.indexOf(part.at(-1) ?? '');
  return part.length % 4 === 0 ? `${part}=` : part.slice(0, -1) + (alphabet[last ^ 1] ?? '');
}

const swapCase = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));

/** Ways to bend a handle `prefix_kind_body.mac`; `other` is a live handle of the same kind. */
function bent(handle: string, other: string): Map<string, string> {
  const { head, body, mac } = /^(?<head>(?:[a-z]+_)*)(?<body>[^.]*)\.?(?<mac>.*)$/.exec(handle)?.groups ?? {};
  if (head === undefined || body === undefined || mac === undefined) throw new Error(`no handle: ${handle}`);
  const bends = new Map<string, string>();
  // Each position class: beginning, middle and end of what is random and of what proves it.
  for (const at of [head.length, head.length + body.length / 2, head.length + body.length - 1]) {
    const index = Math.floor(at);
    bends.set(
      `character ${String(index)}`,
      handle.slice(0, index) + flipped(handle[index] ?? '') + handle.slice(index + 1),
    );
  }
  bends.set('a letter of the other case', head + swapCase(body) + handle.slice(head.length + body.length));
  bends.set('the body with other trailing bits', handle.replace(body, trailingBits(body)));
  bends.set('padding', `${handle}=`);
  bends.set('two paddings', `${handle}==`);
  bends.set('a space before', ` ${handle}`);
  bends.set('a space behind', `${handle} `);
  bends.set('a line feed behind', `${handle}\n`);
  bends.set('a tab inside', `${handle.slice(0, 20)}\t${handle.slice(20)}`);
  bends.set('a plus and a slash', `${handle.slice(0, -2)}+/`);
  bends.set('twice', `${handle}${handle}`);
  for (const cut of [1, 2, 3, 4, 8, 20]) bends.set(`${String(cut)} characters short`, handle.slice(0, -cut));
  if (mac !== '') {
    for (const at of [1, Math.floor(mac.length / 2), mac.length]) {
      const index = handle.length - at;
      bends.set(
        `character ${String(-at)}`,
        handle.slice(0, index) + flipped(handle[index] ?? '') + handle.slice(index + 1),
      );
    }
    bends.set('the proof with other trailing bits', `${head}${body}.${trailingBits(mac)}`);
    bends.set('without its proof', head + body);
    bends.set('with an empty proof', `${head}${body}.`);
    bends.set('with the proof of another', `${head}${body}.${other.split('.')[1] ?? ''}`);
    bends.set('with a second dot', `${head}${body}..${mac}`);
    bends.set('with a third part', `${handle}.${mac}`);
  }
  if (head !== '') {
    bends.set('the prefix in capitals', head.toUpperCase() + handle.slice(head.length));
    bends.set('without its prefix', handle.slice(head.length));
    bends.set('with another kind', handle.replace(/_[ar][tc]_/, '_xx_'));
    bends.set('with another maker', handle.replace(/^[a-z]+_/, 'hydra_'));
  }
  for (const [name, text] of bends) if (text === handle) throw new Error(`"${name}" bends nothing`);
  return bends;
}

async function newTokens(): Promise<{ access: string; refresh: string }> {
  const { body } = await redeem(demo, client, await freshCode(demo, client));
  return { access: body.access_token ?? '', refresh: body.refresh_token ?? '' };
}

test('D18, D19: an access token is inactive for introspection and invalid at userinfo', async () => {
  const [{ access }, other] = [await newTokens(), await newTokens()];
  for (const [name, token] of bent(access, other.access)) {
    expect([name, await introspect(demo, token)]).toEqual([name, { active: false }]);
    if (/\s/.test(token)) continue; // No HTTP header carries it.
    const userinfo = await fetch(`${demo.public}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect([name, userinfo.status, await userinfo.json()]).toEqual([
      name,
      // RFC 6750 §2.1: what is no b64token at all is no credential.
      expect.any(Number),
      expect.objectContaining({ error: expect.stringMatching(/^invalid_(token|request)$/) }),
    ]);
    expect([400, 401]).toContain(userinfo.status);
  }
  expect(await introspect(demo, access)).toMatchObject({ active: true });
});

test('a refresh token is an invalid grant, and is not taken for a theft', async () => {
  const [{ refresh: token }, other] = [await newTokens(), await newTokens()];
  for (const [name, text] of bent(token, other.refresh)) {
    expect([name, await introspect(demo, text)]).toEqual([name, { active: false }]);
    const { status, body } = await refresh(demo, client, text);
    expect([name, status, body.error]).toEqual([name, 400, 'invalid_grant']);
  }
  expect((await refresh(demo, client, token)).status).toBe(200);
});

test('a code is an invalid grant, and is not spent', async () => {
  const [code, other] = [await freshCode(demo, client), await freshCode(demo, client)];
  for (const [name, text] of bent(code, other)) {
    const { status, body } = await redeem(demo, client, text);
    expect([name, status, body.error]).toEqual([name, 400, 'invalid_grant']);
  }
  expect((await redeem(demo, client, code)).status).toBe(200);
});

test('one kind is never taken for another', async () => {
  const tokens = await newTokens();
  const code = await freshCode(demo, client);
  for (const wrong of [tokens.access, code]) {
    expect((await refresh(demo, client, wrong)).body.error).toBe('invalid_grant');
  }
  for (const wrong of [tokens.access, tokens.refresh]) {
    expect((await redeem(demo, client, wrong)).body.error).toBe('invalid_grant');
  }
  expect(await introspect(demo, code)).toEqual({ active: false });
  const userinfo = await fetch(`${demo.public}/userinfo`, { headers: { authorization: `Bearer ${tokens.refresh}` } });
  expect(userinfo.status).toBe(401);
  expect((await redeem(demo, client, code)).status).toBe(200);
});

describe('challenges and verifiers', () => {
  const admin = (interaction: string, challenge: string) =>
    fetch(
      `${demo.admin}/admin/oauth2/auth/requests/${interaction}?${new URLSearchParams({ [`${interaction}_challenge`]: challenge }).toString()}`,
    );
  const begin = async () => {
    const browser = createBrowserSession();
    const at = new URL(await locationOf(await browser.visit(authorizationUrl(demo, client))));
    return { browser, challenge: at.searchParams.get('login_challenge') ?? '' };
  };

  test('a login challenge is not found', async () => {
    const [{ challenge }, other] = [await begin(), await begin()];
    for (const [name, text] of bent(challenge, other.challenge)) {
      expect([name, (await admin('login', text)).status]).toEqual([name, 404]);
    }
    expect((await admin('login', challenge)).status).toBe(200);
  });

  test('a login verifier and a consent challenge open nothing, and the flow goes on', async () => {
    const { browser, challenge } = await begin();
    const accepted = await fetch(
      `${demo.admin}/admin/oauth2/auth/requests/login/accept?login_challenge=${encodeURIComponent(challenge)}`,
      { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ subject: 'alice' }) },
    );
    const onward = new URL(((await accepted.json()) as { redirect_to: string }).redirect_to);
    const verifier = onward.searchParams.get('login_verifier') ?? '';
    for (const [name, text] of bent(verifier, verifier.replace(/\..*/, '.AAAA'))) {
      const forged = new URL(onward);
      forged.searchParams.set('login_verifier', text);
      const answer = new URL(await locationOf(await browser.visit(forged.href)));
      expect([name, answer.searchParams.get('error')]).toEqual([name, 'access_denied']);
    }
    const atConsent = new URL(await locationOf(await browser.visit(onward.href)));
    const consent = atConsent.searchParams.get('consent_challenge') ?? '';
    for (const [name, text] of bent(consent, consent.replace(/\..*/, '.AAAA'))) {
      expect([name, (await admin('consent', text)).status]).toEqual([name, 404]);
    }
    expect((await admin('consent', consent)).status).toBe(200);
  });
});
