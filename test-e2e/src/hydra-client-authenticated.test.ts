// Hydra's own SDKs at an admin API that wants to know who calls: an API key among their headers is all they need
// (security §2.5; docs/admin-authentication.md).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Configuration, JwkApi, MetadataApi, OAuth2Api } from '@ory/hydra-client';
import { Configuration as FetchConfiguration, OAuth2Api as FetchOAuth2Api } from '@ory/hydra-client-fetch';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createBrowserSession, locationOf } from './browser-session.js';
import { callback, createClient } from './clients.js';
import { authorizationUrl, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { freeBase, joinDemo } from './demo.js';
import type { Served } from './processes.js';
import { root, serve } from './processes.js';

let demo: Demo;
let served: Served;
let basePath: string;
const keys = new Map<string, string>();

/** As an operator makes one: the key goes to its user, the hash into the configuration. */
function createKey(role: string): { name: string; hash: string; roles: string[] } {
  const words = [path.join(root, 'cli/bin/cardea.js'), 'admin-key', 'create', '--name', role, '--role', role];
  const printed = execFileSync(process.execPath, words, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [key, hash] = [/cardea_ak_\S+/.exec(printed)?.[0] ?? '', /sha256:[0-9a-f]{64}/.exec(printed)?.[0] ?? ''];
  keys.set(role, key);
  return { name: role, hash, roles: [role] };
}

beforeAll(async () => {
  demo = await joinDemo();
  const base = await freeBase();
  const roles = ['login-ui', 'introspector', 'operator', 'client-operator', 'key-operator', 'auditor'];
  const api_keys = roles.map(createKey);
  const file = path.join(demo.home, `admin-${String(base)}.yaml`);
  const ports = { admin: { port: base, authentication: { api_keys } }, management: { admin: base + 10 } };
  writeFileSync(file, JSON.stringify({ serve: ports }));
  const shared = path.join(demo.home, 'config/shared.yaml');
  basePath = `http://127.0.0.1:${String(base)}`;
  served = await serve('admin', [shared, file], `${basePath}/health/ready`);
}, 150_000);
afterAll(async () => {
  await served.stop();
  await demo.stop();
});

const headersOf = (role: string | undefined): { headers?: Record<string, string> } =>
  role === undefined ? {} : { headers: { Authorization: `Bearer ${keys.get(role) ?? role}` } };
const as = (role: string | undefined) => new Configuration({ basePath, baseOptions: headersOf(role) });
const status = (work: Promise<{ status: number }>) =>
  work.then(
    (answer) => answer.status,
    (error: unknown) => (error as { response?: { status: number } }).response?.status,
  );

test('an operator creates, reads, changes and deletes a client, and the record has the name of the key', async () => {
  const admin = new OAuth2Api(as('operator'));
  const { data: created } = await admin.createOAuth2Client({
    oAuth2Client: { client_name: 'by key', redirect_uris: [callback] },
  });
  const id = created.client_id ?? '';
  const jsonPatch = [{ op: 'replace', path: '/client_name', value: 'changed' }];
  expect((await admin.patchOAuth2Client({ id, jsonPatch })).data.client_name).toBe('changed');
  expect((await admin.listOAuth2Clients({ clientName: 'changed' })).data.map((client) => client.client_id)).toContain(
    id,
  );
  expect(await status(admin.deleteOAuth2Client({ id }))).toBe(204);

  const record = await fetch(`${basePath}/admin/audit-events?page_size=500`, {
    headers: { authorization: `Bearer ${keys.get('auditor') ?? ''}` },
  });
  const events = (await record.json()) as { actor: string; action: string; target: string }[];
  expect(events.filter((event) => event.target.includes(id))).toEqual([
    expect.objectContaining({ actor: 'operator', action: 'DELETE /admin/clients/:id' }),
    expect.objectContaining({ actor: 'operator', action: 'PATCH /admin/clients/:id' }),
    expect.objectContaining({ actor: 'operator', action: 'POST /admin/clients' }),
  ]);
});

test('a login app walks somebody through login, consent and logout, and a service introspects what came of it', async () => {
  const app = new OAuth2Api(as('login-ui'));
  const client = await createClient(demo.admin);
  const browser = createBrowserSession();
  const asked = async (url: string, name: string) =>
    new URL(await locationOf(await browser.visit(url))).searchParams.get(name) ?? '';
  const loginChallenge = await asked(authorizationUrl(demo, client), 'login_challenge');
  expect((await app.getOAuth2LoginRequest({ loginChallenge })).data.client.client_id).toBe(client.client_id);
  const login = await app.acceptOAuth2LoginRequest({
    loginChallenge,
    acceptOAuth2LoginRequest: { subject: 'keyed', remember: true },
  });
  const consentChallenge = await asked(login.data.redirect_to, 'consent_challenge');
  const { data: wanted } = await app.getOAuth2ConsentRequest({ consentChallenge });
  const consent = await app.acceptOAuth2ConsentRequest({
    consentChallenge,
    acceptOAuth2ConsentRequest: { grant_scope: wanted.requested_scope ?? [] },
  });
  const { body } = await redeem(demo, client, await asked(consent.data.redirect_to, 'code'));
  const introspector = new OAuth2Api(as('introspector'));
  const { data: told } = await introspector.introspectOAuth2Token({ token: body.access_token ?? '' });
  expect(told).toMatchObject({ active: true, sub: 'keyed' });

  const logoutChallenge = await asked(`${demo.public}/oauth2/sessions/logout`, 'logout_challenge');
  expect((await app.getOAuth2LogoutRequest({ logoutChallenge })).data.subject).toBe('keyed');
  const { data: logout } = await app.acceptOAuth2LogoutRequest({ logoutChallenge });
  await browser.visit(logout.redirect_to);
  expect(await asked(authorizationUrl(demo, client, { prompt: 'none' }), 'error')).toBe('login_required');
});

test('the other SDK takes the key too', async () => {
  const oAuth2Client = { client_name: 'by fetch', redirect_uris: [callback] };
  const admin = new FetchOAuth2Api(new FetchConfiguration({ basePath, ...headersOf('operator') }));
  const { client_id: id = '' } = await admin.createOAuth2Client({ oAuth2Client });
  await admin.deleteOAuth2Client({ id });
  const nobody = new FetchOAuth2Api(new FetchConfiguration({ basePath }));
  await expect(nobody.createOAuth2Client({ oAuth2Client })).rejects.toMatchObject({ response: { status: 401 } });
});

describe('the wrong key, or none', () => {
  const attempts: readonly [string, (who: string | undefined) => Promise<{ status: number }>, readonly string[]][] = [
    ['list clients', (who) => new OAuth2Api(as(who)).listOAuth2Clients(), ['operator', 'client-operator', 'auditor']],
    ['introspect', (who) => new OAuth2Api(as(who)).introspectOAuth2Token({ token: 'x' }), ['introspector']],
    ['read a set of keys', (who) => new JwkApi(as(who)).getJsonWebKeySet({ set: 'nobody-has-it' }), ['key-operator']],
  ];
  test.each(attempts)('may not %s', async (_name, attempt, allowed) => {
    for (const role of keys.keys()) {
      const answer = await status(attempt(role));
      if (allowed.includes(role)) expect([200, 404]).toContain(answer);
      else expect([role, answer]).toEqual([role, 403]);
    }
    for (const nobody of [undefined, 'cardea_ak_of-nobody', '']) expect(await status(attempt(nobody))).toBe(401);
  });

  test('but anybody may ask whether it is alive', async () => {
    expect(await status(new MetadataApi(as(undefined)).isReady())).toBe(200);
    expect(await status(new MetadataApi(as(undefined)).isAlive())).toBe(200);
  });
});
