// Rows of the checklist about login, consent, logout and device apps, and the browsers between them.
import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { ChecklistRow, World } from './checklist-world.js';
import { challengeIn, gateway } from './checklist-world.js';
import { basic, callback } from './clients.js';
import { authorizationUrl } from './code-flow.js';
import { answerConsent, answerLogin, authorize } from './login-app.js';

const requests = '/admin/oauth2/auth/requests';
const put = ({ admin, read }: World, path: string, body: object = {}) =>
  read(admin('PUT', `${requests}/${path}`, body));
const redirectTo = [200, { redirect_to: expect.stringMatching(/^http:\/\//) }];

/** What a browser is told at the end of a flow nobody is asked anything in. */
const silently = async ({ demo }: World, browser = createBrowserSession(), url = '') =>
  new URL(await locationOf(await browser.visit(url === '' ? demo.public : url)));

const loginRequest = async ({ admin, read }: World, challenge: string) =>
  (await read(admin('GET', `${requests}/login?login_challenge=${challenge}`)))[1];

export const interactionRows: readonly ChecklistRow[] = [
  [
    3,
    'accept and reject answer 200 with an absolute redirect_to and nothing else; a logout refused 204',
    async (world) => {
      const login = async () => `login_challenge=${await world.toLogin()}`;
      expect(await put(world, `login/accept?${await login()}`, { subject: 'a' })).toEqual(redirectTo);
      expect(await put(world, `login/reject?${await login()}`)).toEqual(redirectTo);
      const consent = async () => `consent_challenge=${await world.toConsent()}`;
      expect(await put(world, `consent/accept?${await consent()}`)).toEqual(redirectTo);
      expect(await put(world, `consent/reject?${await consent()}`)).toEqual(redirectTo);
      const logout = async () => `logout_challenge=${await world.toLogout(await world.remembered('a'))}`;
      expect(await put(world, `logout/accept?${await logout()}`)).toEqual(redirectTo);
      const refused = await world.admin('PUT', `${requests}/logout/reject?${await logout()}`);
      expect([refused.status, await refused.text()]).toEqual([204, '']);
    },
  ],
  [
    4,
    'challenge will do for the name of login, consent and logout challenges, not of device challenges',
    async (world) => {
      const challenges = {
        login: await world.toLogin(),
        consent: await world.toConsent(),
        logout: await world.toLogout(await world.remembered('a')),
      };
      for (const [kind, challenge] of Object.entries(challenges)) {
        const query = `${kind}?challenge=${challenge}`;
        expect(await world.read(world.admin('GET', `${requests}/${query}`))).toEqual([
          200,
          expect.objectContaining({ challenge: expect.any(String) }),
        ]);
        expect(await put(world, query.replace('?', '/accept?'), { subject: 'a' })).toEqual(redirectTo);
      }
      const device = challengeIn(await locationOf(await world.public('GET', '/oauth2/device/verify')), 'device');
      expect((await put(world, `device/accept?challenge=${device}`, { user_code: 'BBBBBBBB' }))[0]).toBe(400);
    },
  ],
  [
    5,
    'challenges are base64url, and good for as often as one likes until the browser goes on',
    async (world) => {
      const challenge = await world.toLogin();
      expect(challenge).toMatch(/^[\w-]+$/);
      const query = `login_challenge=${challenge}`;
      const first = await loginRequest(world, challenge);
      expect(await put(world, `login/accept?${query}`, { subject: 'a' })).toEqual(redirectTo);
      expect(await loginRequest(world, challenge)).toEqual(first);
      expect(await put(world, `login/accept?${query}`, { subject: 'a' })).toEqual(redirectTo);
    },
  ],
  [
    6,
    'a handled challenge is 410 and says where to go; garbage is 404; none is 400, of a logout 404',
    async (world) => {
      const browser = createBrowserSession();
      const challenge = await world.toLogin(browser);
      await browser.visit(await answerLogin(world.demo.admin, challenge, {}));
      const path = `${requests}/login?login_challenge=${challenge}`;
      expect(await world.read(world.admin('GET', path))).toEqual([
        410,
        { redirect_to: expect.stringMatching(/^http/) },
      ]);
      for (const kind of ['login', 'consent', 'logout']) {
        const status = async (query: string) => (await world.admin('GET', `${requests}/${kind}?${query}`)).status;
        expect(await status(`${kind}_challenge=garbage`)).toBe(404);
        expect(await status('')).toBe(kind === 'logout' ? 404 : 400);
      }
    },
  ],
  [
    7,
    'another subject than the remembered one is sent to log in anew',
    async (world) => {
      const browser = await world.remembered('first');
      const challenge = await world.toLogin(browser);
      const [status, body] = await put(world, `login/accept?login_challenge=${challenge}`, { subject: 'second' });
      expect(status).toBe(200);
      expect(new URL(String(body['redirect_to'])).searchParams.get('prompt')).toBe('login');
    },
  ],
  [
    8,
    'members nobody knows are passed over',
    async (world) => {
      const body = { subject: 'a', member_of_the_future: { is: ['here'] } };
      expect(await put(world, `login/accept?login_challenge=${await world.toLogin()}`, body)).toEqual(redirectTo);
      const consent = `consent/accept?consent_challenge=${await world.toConsent()}`;
      expect(await put(world, consent, { member_of_the_future: 1 })).toEqual(redirectTo);
    },
  ],
  [
    18,
    'the client’s answer is a 303, other hops are 302; state is echoed, scope beside a lone code',
    async (world) => {
      const browser = createBrowserSession();
      const url = authorizationUrl(world.demo, world.client);
      const first = await browser.visit(url);
      const login = await answerLogin(world.demo.admin, challengeIn(await locationOf(first), 'login'), {});
      const second = await browser.visit(login);
      const consent = await answerConsent(world.demo.admin, challengeIn(await locationOf(second), 'consent'), {});
      const third = await browser.visit(consent);
      expect([first.status, second.status, third.status]).toEqual([302, 302, 303]);
      const back = new URL(await locationOf(third)).searchParams;
      expect([back.get('state'), back.get('scope')]).toEqual(['state-of-length', 'openid offline']);
      const open = { response_types: ['id_token'], grant_types: ['implicit'] };
      const implicit = { response_type: 'id_token', nonce: 'a-nonce-of-8', scope: 'openid' };
      const url2 = authorizationUrl(world.demo, await world.newClient(open), implicit);
      const fragment = new URLSearchParams((await authorize(world.demo.admin, browser, url2)).hash.slice(1));
      expect([fragment.get('state'), fragment.has('scope')]).toEqual(['state-of-length', false]);
    },
  ],
  [
    19,
    'state has eight characters at least, and nonce where a token comes by the browser',
    async (world) => {
      const short = await silently(world, undefined, authorizationUrl(world.demo, world.client, { state: '1234567' }));
      expect(short.searchParams.get('error')).toBe('invalid_state');
      const client = await world.newClient({ response_types: ['id_token'], grant_types: ['implicit'] });
      const implicit = { response_type: 'id_token', scope: 'openid', nonce: '1234567' };
      const back = await authorize(
        world.demo.admin,
        createBrowserSession(),
        authorizationUrl(world.demo, client, implicit),
      );
      expect(new URLSearchParams(back.hash.slice(1)).get('error')).toBe('insufficient_entropy');
    },
  ],
  [
    20,
    'the queries of urls.consent and urls.logout are kept, and so is that of urls.login, which Hydra overwrites',
    async (world) => {
      const browser = createBrowserSession();
      const login = new URL(await locationOf(await browser.visit(authorizationUrl(world.demo, world.client))));
      expect([...login.searchParams.keys()].sort()).toEqual(['keep', 'login_challenge']);
      const next = await answerLogin(world.demo.admin, login.searchParams.get('login_challenge') ?? '', {});
      const consent = new URL(await locationOf(await browser.visit(next)));
      expect([...consent.searchParams.keys()].sort()).toEqual(['consent_challenge', 'keep']);
      const person = await world.remembered('a');
      const logout = await locationOf(await person.visit(`${world.demo.public}/oauth2/sessions/logout`));
      expect([...new URL(logout).searchParams.keys()].sort()).toEqual(['keep', 'logout_challenge']);
    },
  ],
  [
    21,
    'cookies have Hydra’s names, with one of two suffixes for a hash of the client, and twins for old browsers',
    async (world) => {
      const secure = () => ({
        urls: { self: { issuer: 'https://op.test' } },
        serve: { cookies: { same_site_legacy_workaround: true } },
      });
      const [served, port] = await gateway(world, 'ready', secure);
      try {
        const here = { ...world.demo, public: `http://127.0.0.1:${String(port)}` };
        const answer = await createBrowserSession().visit(authorizationUrl(here, world.client));
        const names = answer.headers.getSetCookie().map((line) => line.slice(0, line.indexOf('=')));
        const [name = '', twin] = names.sort();
        expect(name).toMatch(/^ory_hydra_login_csrf_[01]$/);
        expect([names.length, twin]).toEqual([2, `${name}_legacy`]);
      } finally {
        await served.stop();
      }
      const person = await world.remembered('a');
      expect([...person.cookies.keys()]).toContain('ory_hydra_session');
      expect([...person.cookies.keys()]).not.toContain('ory_hydra_session_legacy');
    },
  ],
  [
    31,
    'a refusal without an id has Hydra’s, spaces and all',
    async (world) => {
      for (const kind of ['login', 'consent'] as const) {
        const browser = createBrowserSession();
        const challenge = await (kind === 'login' ? world.toLogin(browser) : world.toConsent(browser));
        const [, body] = await put(world, `${kind}/reject?${kind}_challenge=${challenge}`);
        const back = await silently(world, browser, String(body['redirect_to']));
        expect(back.searchParams.get('error')).toBe(`${kind} request denied`);
      }
    },
  ],
  [
    32,
    'skip_consent and skip_logout_consent are told to the apps, which are asked all the same',
    async (world) => {
      const client = await world.newClient({ skip_consent: true, skip_logout_consent: true });
      const challenge = await world.toConsent(createBrowserSession(), { subject: 'a' }, client);
      const [, consent] = await world.read(world.admin('GET', `${requests}/consent?consent_challenge=${challenge}`));
      expect(consent['client']).toMatchObject({ skip_consent: true, skip_logout_consent: true });
      await expect(world.toLogout(await world.remembered('a', client))).resolves.toMatch(/./);
    },
  ],
  [
    33,
    'a device waits while nobody answered, and hears of a refusal, of which Hydra tells it nothing',
    async (world) => {
      const grant = 'urn:ietf:params:oauth:grant-type:device_code';
      const client = await world.newClient({ grant_types: [grant] });
      const body = new URLSearchParams({ client_id: client.client_id, scope: 'openid' });
      const headers = { authorization: basic(client) };
      const [, given] = await world.read(world.public('POST', '/oauth2/device/auth', { headers, body }));
      const poll = () => world.ask({ grant_type: grant, device_code: String(given['device_code']) }, client);
      expect((await poll()).body.error).toBe('authorization_pending');
      const browser = createBrowserSession();
      const asked = await locationOf(await browser.visit(`${world.demo.public}/oauth2/device/verify`));
      const accept = `device/accept?device_challenge=${challengeIn(asked, 'device')}`;
      const [, accepted] = await put(world, accept, { user_code: given['user_code'] });
      const login = challengeIn(await locationOf(await browser.visit(String(accepted['redirect_to']))), 'login');
      const refusal = { rejectLogin: { error: 'access_denied' } };
      const told = await browser.visit(await answerLogin(world.demo.admin, login, refusal));
      expect([told.status, await told.json()]).toEqual([400, expect.objectContaining({ error: 'access_denied' })]);
      expect((await poll()).body.error).toBe('access_denied');
    },
  ],
  [
    40,
    'a login that is not to be remembered ends one that was',
    async (world) => {
      const browser = await world.remembered('a');
      const challenge = await world.toLogin(browser, { prompt: 'login' });
      await browser.visit(await answerLogin(world.demo.admin, challenge, { subject: 'a', remember: false }));
      expect(await loginRequest(world, await world.toLogin(browser))).toMatchObject({ skip: false, subject: '' });
    },
  ],
  [
    41,
    'the apps are asked even where there is nothing to ask',
    async (world) => {
      const browser = createBrowserSession();
      const consent = await world.toConsent(browser, { subject: 'a', remember: true });
      await browser.visit(await answerConsent(world.demo.admin, consent, { remember: true }));
      const login = await world.toLogin(browser);
      expect(await loginRequest(world, login)).toMatchObject({ skip: true, subject: 'a' });
      const next = await locationOf(await browser.visit(await answerLogin(world.demo.admin, login, {})));
      const path = `${requests}/consent?consent_challenge=${challengeIn(next, 'consent')}`;
      expect((await world.read(world.admin('GET', path)))[1]).toMatchObject({ skip: true });
    },
  ],
  [
    43,
    'a public client with a scheme of its own never has its consent skipped',
    async (world) => {
      const redirect_uri = 'com.example.app:/callback';
      const client = await world.newClient({ redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' });
      const browser = createBrowserSession();
      const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
      const ask = (more: object = {}) =>
        authorizationUrl(world.demo, client, { redirect_uri, ...pkce, ...more, state: randomUUID() });
      await authorize(world.demo.admin, browser, ask(), { subject: 'a', remember: true });
      const back = await authorize(world.demo.admin, browser, ask({ prompt: 'none' }), {});
      expect(back.searchParams.get('error')).toBe('consent_required');
      // The same with https and remembered consent is answered at once.
      const trusted = await world.newClient({ redirect_uris: [callback] });
      const person = createBrowserSession();
      await authorize(world.demo.admin, person, authorizationUrl(world.demo, trusted), { remember: true });
      const silent = authorizationUrl(world.demo, trusted, { prompt: 'none' });
      expect((await authorize(world.demo.admin, person, silent)).searchParams.get('code')).not.toBeNull();
    },
  ],
];
