// Who is told when a login session ends, by whatever way it ends (Back-Channel Logout 1.0, Front-Channel Logout 1.0,
// hydra-wire §5; security catalogue S10; user wishes: logout rows).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call, verdict } from '../tokens.fixture.js';
import type { Cookies, SessionsService } from './session.fixture.js';
import { createSessions } from './session.fixture.js';

let it: SessionsService;
beforeAll(async () => {
  it = await createSessions();
  await it.client('app');
  await it.client('back', { backchannelLogoutUri: 'https://back.example/logout' });
  await it.client('front', { frontchannelLogoutUri: 'https://front.example/logout?keep=1' });
  await it.client('both', {
    backchannelLogoutUri: 'https://both.example/back',
    frontchannelLogoutUri: 'https://both.example/front',
  });
});
afterAll(() => it.close());

const browser = (): Cookies => new Map();

/** One login at each client, in one session. */
async function everywhere(jar: Cookies, subject: string, clients = ['app', 'back', 'front', 'both']) {
  const logins = [];
  for (const clientId of clients) logins.push(await it.logIn(jar, { clientId, subject }));
  const [first] = logins;
  expect(new Set(logins.map(({ sessionId }) => sessionId)).size).toBe(1);
  return { sessionId: first!.sessionId, logins };
}

describe('a person logs out', () => {
  test('clients that took part are told, each by the ways it has; others are not', async () => {
    const jar = browser();
    const { sessionId } = await everywhere(jar, 'ann', ['app', 'back', 'front']);
    await everywhere(browser(), 'bob', ['both']);
    const outcome = await it.logOut(jar, await it.confirm((await it.logOut(jar)).location));
    expect(outcome).toMatchObject({
      location: 'https://as.test/bye',
      frames: [`https://front.example/logout?keep=1&iss=https%3A%2F%2Fas.test&sid=${sessionId}`],
    });
    expect(await it.owed(sessionId)).toMatchObject([
      { clientId: 'back', uri: 'https://back.example/logout', subject: 'ann', state: 'pending', attempts: 0 },
    ]);
    expect(await it.sessionExists(sessionId)).toBe(false);
    expect(jar.has('session')).toBe(false);
  });

  test('a verifier that is used again, or twice at once, redirects and tells nobody again', async () => {
    const jar = browser();
    const { sessionId } = await everywhere(jar, 'carl', ['both']);
    const verifier = await it.confirm((await it.logOut(jar)).location);
    const copies = [new Map(jar), new Map(jar), new Map(jar)];
    const outcomes = await Promise.all(copies.map((copy) => it.logOut(copy, verifier)));
    const again = await it.logOut(jar, verifier);
    expect([...outcomes, again].map(({ location }) => location)).toEqual(Array(4).fill('https://as.test/bye'));
    expect(outcomes.filter(({ frames }) => frames.length === 1)).toHaveLength(1);
    expect(again.frames).toEqual([]);
    expect(await it.owed(sessionId)).toHaveLength(1);
  });

  test('S10: the verifier of another browser ends nothing', async () => {
    const jar = browser();
    const { sessionId } = await everywhere(jar, 'dora', ['both']);
    const outcome = await it.logOut(browser(), await it.confirm((await it.logOut(jar)).location));
    expect(outcome).toEqual({ location: 'https://as.test/bye', cookies: [], frames: [] });
    expect(await it.sessionExists(sessionId)).toBe(true);
    expect(await it.owed(sessionId)).toEqual([]);
  });

  test('S05: the cookie of a session that was logged out is dead', async () => {
    const jar = browser();
    await everywhere(jar, 'emil', ['app']);
    const old = new Map(jar);
    await it.logOut(jar, await it.confirm((await it.logOut(jar)).location));
    const answer = await it.open(
      old,
      'https://as.test/oauth2/auth?client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid&state=a-state-of-8&prompt=none',
    );
    expect(answer.get('error')).toBe('login_required');
  });

  test('tokens live on: a refresh token with offline access works afterwards', async () => {
    const jar = browser();
    const { logins } = await everywhere(jar, 'fay', ['app']);
    const tokens = await it.redeem('app', logins[0]!.code);
    await it.logOut(jar, await it.confirm((await it.logOut(jar)).location));
    expect(await it.active(tokens.accessToken)).toBe(true);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken };
    expect((await it.token(form, it.basic('app', 'a-secret-of-clients'))).accessToken).not.toBe('');
  });
});

describe('a client asks for it', () => {
  test('with an ID token of ours, however old; a session partly gone leads on to the client', async () => {
    const jar = browser();
    const { sessionId, code } = await it.logIn(jar, { subject: 'gil', answer: { rememberForSeconds: 86_400 } });
    await it.logIn(jar, { clientId: 'back', subject: 'gil' });
    const { idToken } = await it.redeem('app', code);
    const asked = { id_token_hint: idToken, post_logout_redirect_uri: 'https://app.example/bye', state: 'x y' };
    it.clock.millis += 7_200_000;
    const { location } = await it.logOut(jar, asked);
    // Deleted by an operator while the person reads the page.
    const verifier = await it.confirm(location);
    await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
    expect(await it.logOut(jar, verifier)).toMatchObject({ location: 'https://app.example/bye?state=x+y', frames: [] });
    expect(await it.logOut(jar, asked)).toMatchObject({ location: 'https://app.example/bye?state=x+y' });
    expect(await it.owed(sessionId)).toHaveLength(1);
  });

  test.each<[string, Record<string, string>]>([
    ['logout_hint and ui_locales alone', { logout_hint: 'ann', ui_locales: 'de en' }],
    ['state alone', { state: 'abc' }],
    ['client_id alone', { client_id: 'app' }],
  ])('%s: nobody is logged in, so straight to our own page', async (_name, asked) => {
    expect((await it.logOut(browser(), asked)).location).toBe('https://as.test/bye');
    const jar = browser();
    await everywhere(jar, 'hana', ['app']);
    expect((await it.logOut(jar, asked)).location).toMatch(/^https:\/\/ui\.test\/logout\?logout_challenge=/);
  });

  test('a post_logout_redirect_uri without hint and client leads nowhere', async () => {
    const jar = browser();
    await everywhere(jar, 'ida', ['app']);
    expect(await verdict(it.logOut(jar, { post_logout_redirect_uri: 'https://app.example/bye' }))).toBe(
      'invalid_request',
    );
  });
});

describe('what a client is told of the person', () => {
  test('a pairwise client hears its own name for them, as in its ID token', async () => {
    await it.client('pair', { subjectType: 'pairwise', backchannelLogoutUri: 'https://pair.example/back' });
    const { sessionId, logins } = await everywhere(browser(), 'jo', ['pair']);
    const { idToken } = await it.redeem('pair', logins[0]!.code);
    const { sub } = JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString()) as { sub: string };
    expect(sub).not.toBe('jo');
    await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
    expect(await it.owed(sessionId)).toMatchObject([{ clientId: 'pair', subject: sub }]);
  });

  test('so does one whose name for them the login app forced', async () => {
    const login = await it.logIn(browser(), {
      clientId: 'pair',
      subject: 'kim',
      answer: { forceSubjectIdentifier: 'forced-kim' },
    });
    await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: login.sessionId } }, call);
    expect(await it.owed(login.sessionId)).toMatchObject([{ clientId: 'pair', subject: 'forced-kim' }]);
  });
});

describe('the identity provider', () => {
  test('is told too when the login named one of its sessions', async () => {
    const { sessionId } = await it.logIn(browser(), {
      subject: 'lou',
      answer: { identityProviderSessionId: 'kratos-7' },
    });
    await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
    expect(await it.owed(sessionId)).toMatchObject([
      { clientId: '', uri: 'https://idp.test', identityProviderSessionId: 'kratos-7' },
    ]);
  });
});

describe('an operator ends sessions', () => {
  test('by sid: that one, remembered or not, and its clients are told', async () => {
    const one = await it.logIn(browser(), { clientId: 'back', subject: 'max' });
    const other = await it.logIn(browser(), { clientId: 'back', subject: 'max' });
    const brief = await it.logIn(browser(), { clientId: 'back', subject: 'max', answer: { remember: false } });
    for (const { sessionId } of [one, brief]) {
      await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
      expect(await it.owed(sessionId)).toHaveLength(1);
    }
    expect(await it.sessionExists(other.sessionId)).toBe(true);
    expect(await it.owed(other.sessionId)).toEqual([]);
  });

  test('by subject: all of theirs, in batches, each with its notifications; nobody else', async () => {
    const { rows } = await it.database.pool.query<{ id: string }>(
      `INSERT INTO cardea.login_session (id, subject, authenticated_at, remember, expires_at)
        SELECT gen_random_uuid(), 'many', now(), true, now() + interval '1 hour' FROM generate_series(1, 250) RETURNING id`,
    );
    const told = await it.logIn(browser(), { clientId: 'back', subject: 'many' });
    const else_ = await it.logIn(browser(), { clientId: 'back', subject: 'few' });
    await it.admin.revokeLoginSessions({ which: { $case: 'subject', value: 'many' } }, call);
    const left = await it.database.pool.query("SELECT 1 FROM cardea.login_session WHERE subject = 'many'");
    expect([rows.length, left.rowCount]).toEqual([250, 0]);
    expect(await it.owed(told.sessionId)).toHaveLength(1);
    expect(await it.sessionExists(else_.sessionId)).toBe(true);
  });

  test('what is unknown, or no name of a session, is over already', async () => {
    for (const value of ['00000000-0000-4000-8000-000000000000', 'nothing', '']) {
      expect(await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value } }, call)).toEqual({});
    }
    expect(await it.admin.revokeLoginSessions({ which: { $case: 'subject', value: 'no\0body' } }, call)).toEqual({});
  });

  test('F09: when the notification cannot be written, the session has not ended', async () => {
    const { sessionId } = await it.logIn(browser(), { clientId: 'back', subject: 'nora' });
    const { pool } = it.database;
    await pool.query(
      'ALTER TABLE cardea.logout_delivery ADD CONSTRAINT broken CHECK (client_id <> $$back$$) NOT VALID',
    );
    const which = { $case: 'sessionId', value: sessionId } as const;
    expect(await verdict(it.admin.revokeLoginSessions({ which }, call))).toBe('temporarily_unavailable');
    expect(await it.sessionExists(sessionId)).toBe(true);
    await pool.query('ALTER TABLE cardea.logout_delivery DROP CONSTRAINT broken');
    await it.admin.revokeLoginSessions({ which }, call);
    expect(await it.owed(sessionId)).toHaveLength(1);
  });
});
