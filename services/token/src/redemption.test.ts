// Codes that come back wrongly: by somebody else, elsewhere, without their proof, or to a database that cannot keep what is
// due for them (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §2.1.1; security catalogue D03-D07, D09).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientV1 } from '@cardea/rpc';
import { createHash } from 'node:crypto';
import type { Login, SessionsService } from './logout/session.fixture.js';
import { createSessions } from './logout/session.fixture.js';
import type { Form } from './tokens.fixture.js';
import { call, verdict, verifier } from './tokens.fixture.js';

const callback = 'https://app.example/cb';
const secret = 'a-secret-of-clients';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const proven = { code_challenge: challenge, code_challenge_method: 'S256' };
let it: SessionsService;
let auth: string;

beforeAll(async () => {
  it = await createSessions();
  await it.client('app');
  await it.client('attacker', { redirectUris: ['https://attacker.example/cb'], postLogoutRedirectUris: [] });
  await it.client('marked');
  const open = clientV1.Client.create({
    ...{ clientId: 'public', tokenEndpointAuthMethod: 'none', idTokenSignedResponseAlg: 'ES256' },
    ...{ redirectUris: [callback], grantTypes: ['authorization_code', 'refresh_token'], scope: 'openid offline' },
  });
  await it.rooms.clientHandlers.createClient({ client: open, clientSecret: '' }, call);
  auth = it.basic('app', secret);
});
afterAll(() => it.close());

/** A code by the whole flow, of a browser of its own. */
const codeBy = async (login: Login) => (await it.logIn(new Map(), login)).code;
const form = (code: string, more: Form = {}): Form => ({
  ...{ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier },
  ...more,
});

test('D03: a refresh token that the database will not take undoes the redemption; the code stays good', async () => {
  const { pool } = it.database;
  await pool.query(`CREATE FUNCTION cardea.refuse_marked() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'refused for a test'; END $$`);
  await pool.query(`CREATE TRIGGER refuse_marked BEFORE INSERT ON cardea.refresh_token FOR EACH ROW
    WHEN (NEW.client_id = 'marked') EXECUTE FUNCTION cardea.refuse_marked()`);
  const marked = it.basic('marked', secret);
  const { code, grantId } = await it.code('marked');
  const neighbour = await it.code('app');
  const stored = async () =>
    (await pool.query('SELECT 1 FROM cardea.access_token WHERE grant_id = $1', [grantId])).rowCount;

  // Both may share a batch: the one that fails must not take the other with it.
  const [refused, spared] = await Promise.all([
    verdict(it.token(form(code), marked)),
    verdict(it.token(form(neighbour.code), auth)),
  ]);
  expect(['server_error', 'temporarily_unavailable']).toContain(refused);
  expect(spared).toBe('ok');
  expect(await stored()).toBe(0);

  await pool.query('DROP TRIGGER refuse_marked ON cardea.refresh_token');
  expect(await verdict(it.token(form(code), marked))).toBe('ok');
  expect(await stored()).toBe(1);
});

describe('D04: a code in the wrong hands is refused, and still good once in the right ones', () => {
  test.each<[string, Form, () => string]>([
    ['another client, by its own name', {}, () => it.basic('attacker', secret)],
    [
      'the rightful client, talked into the address of another',
      { redirect_uri: 'https://attacker.example/cb' },
      () => auth,
    ],
    ['a public client, by its own name', { client_id: 'public' }, () => ''],
  ])('%s', async (_name, more, credentials) => {
    const code = await codeBy({ parameters: proven });
    expect(await verdict(it.token(form(code, more), credentials()))).toBe('invalid_grant');
    expect(await verdict(it.token(form(code), auth))).toBe('ok');
    expect(await verdict(it.token(form(code), auth))).toBe('invalid_grant');
  });

  test('a public client by the name of the rightful one does not even get to be that client', async () => {
    const code = await codeBy({ parameters: proven });
    expect(await verdict(it.token(form(code, { client_id: 'app' })))).toBe('invalid_client');
    expect(await verdict(it.token(form(code), auth))).toBe('ok');
  });
});

describe('D05: the redirect_uri of the authorization request and that of the token request', () => {
  const consent = { grantedScopes: ['offline'] };
  const unnamed: Login = { parameters: { ...proven, redirect_uri: '', scope: 'offline' }, consent };
  const named: Login = { parameters: { ...proven, scope: 'offline' }, consent };
  test.each<[string, Login, Form, string]>([
    ['there, missing here', named, { redirect_uri: '' }, 'invalid_grant'],
    ['there and here', named, {}, 'ok'],
    ['missing there and here', unnamed, { redirect_uri: '' }, 'ok'],
    // As Hydra has it: who was asked for none compares none.
    ['missing there, here', unnamed, {}, 'ok'],
  ])('%s', async (_name, login, more, expected) => {
    expect(await verdict(it.token(form(await codeBy(login), more), auth))).toBe(expected);
  });
});

describe('D06: a verifier that is none', () => {
  test.each<[string, string]>([
    ['another', 'x'.repeat(43)],
    ['42 characters', verifier.slice(0, 42)],
    ['129 characters', verifier.padEnd(129, 'a')],
    ['a plus', `+${verifier.slice(1)}`],
    ['a slash', `/${verifier.slice(1)}`],
    ['a padding', `${verifier}=`],
    ['a newline behind it', `${verifier}\n`],
    ['a space behind it', `${verifier} `],
    ['another case', verifier.toUpperCase()],
    ['the challenge itself, as plain has it', challenge],
  ])('%s', async (_name, wrong) => {
    const { code } = await it.code('app');
    expect(await verdict(it.token(form(code, { code_verifier: wrong }), auth))).toBe('invalid_grant');
    expect(await verdict(it.token(form(code), auth))).toBe('ok');
  });

  // A right hash must not help a verifier that RFC 7636 §4.1 does not allow.
  test.each([verifier.slice(0, 42), verifier.padEnd(129, 'a'), `+${verifier.slice(1)}`, `${verifier}\n`])(
    '%j, though its challenge fits',
    async (odd) => {
      const fitting = createHash('sha256').update(odd).digest('base64url');
      const code = await codeBy({ parameters: { ...proven, code_challenge: fitting } });
      expect(await verdict(it.token(form(code, { code_verifier: odd }), auth))).toBe('invalid_grant');
    },
  );
});

describe('D09: a code whose verifier is guessed at', () => {
  const guess = (code: string, n: number) =>
    verdict(it.token(form(code, { code_verifier: `${String(n)}${'x'.repeat(43)}` }), auth));

  test('is still good for its client after four wrong verifiers, and given up with the fifth', async () => {
    const [spared, burnt] = await Promise.all([it.code('app'), it.code('app')]);
    for (let n = 1; n <= 4; n++) expect(await guess(spared.code, n)).toBe('invalid_grant');
    expect(await verdict(it.token(form(spared.code), auth))).toBe('ok');
    for (let n = 1; n <= 5; n++) expect(await guess(burnt.code, n)).toBe('invalid_grant');
    expect(await verdict(it.token(form(burnt.code), auth))).toBe('invalid_grant');
  });

  test('wrong verifiers that come at once are all counted', async () => {
    const { code } = await it.code('app');
    await Promise.all([1, 2, 3, 4, 5].map((n) => guess(code, n)));
    expect(await verdict(it.token(form(code), auth))).toBe('invalid_grant');
  });

  test('a right verifier among five wrong ones wins or loses, and what it won is whole', async () => {
    for (let round = 0; round < 20; round++) {
      const { code, grantId } = await it.code('app');
      const guesses = [1, 2, 3, 4, 5].map((n) => guess(code, n));
      const outcome = await verdict(it.token(form(code), auth));
      await Promise.all(guesses);
      const { rows } = await it.database.pool.query(
        `SELECT (SELECT count(*)::int FROM cardea.access_token WHERE grant_id = $1) AS access,
          (SELECT count(*)::int FROM cardea.refresh_token WHERE grant_id = $1) AS refresh`,
        [grantId],
      );
      const kept = outcome === 'ok' ? 1 : 0;
      expect([outcome === 'ok' || outcome === 'invalid_grant', rows[0]]).toEqual([
        true,
        { access: kept, refresh: kept },
      ]);
    }
  });

  test('the wrong ones of another client, and no verifier at all, do not count', async () => {
    const { code } = await it.code('app');
    const stranger = it.basic('attacker', secret);
    for (let n = 0; n < 6; n++) {
      expect(await verdict(it.token(form(code), stranger))).toBe('invalid_grant');
      expect(await verdict(it.token(form(code, { code_verifier: '' }), auth))).toBe('invalid_grant');
    }
    expect(await verdict(it.token(form(code), auth))).toBe('ok');
  });
});

describe('D07: PKCE cannot be argued away', () => {
  test('no challenge at the authorization endpoint, a verifier at the token endpoint', async () => {
    expect(await verdict(it.token(form(await codeBy({})), auth))).toBe('invalid_grant');
  });
  test('a challenge at the authorization endpoint, no verifier at the token endpoint', async () => {
    const code = await codeBy({ parameters: proven });
    expect(await verdict(it.token(form(code, { code_verifier: '' }), auth))).toBe('invalid_grant');
  });
  test.each<[string, Record<string, string>]>([
    ['a method without a challenge', { code_challenge_method: 'S256' }],
    ['plain, which is off', { code_challenge: challenge, code_challenge_method: 'plain' }],
    ['plain, because no method is named', { code_challenge: challenge }],
  ])('%s: the client is told invalid_request', async (_name, pkce) => {
    const query = new URLSearchParams({
      ...{ client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 'a-state-of-8' },
      ...pkce,
    });
    const answer = await it.open(new Map(), `https://as.test/oauth2/auth?${query.toString()}`);
    expect([answer.get('error'), answer.get('state'), answer.get('code')]).toEqual([
      'invalid_request',
      'a-state-of-8',
      null,
    ]);
  });
});
