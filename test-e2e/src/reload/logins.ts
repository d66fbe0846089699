// Settings that are seen in a login, in what comes of it, and in its end.
import { createHash } from 'node:crypto';
import { createBrowserSession } from '../browser-session.js';
import { callback } from '../clients.js';
import { introspect, refresh } from '../code-flow.js';
import { adminCall } from '../login-app.js';
import type { Listener } from '../signals/listeners.js';
import { hashes } from './documents.js';
import type { Effect } from './effect.js';
import { letters, merged, setting, soon } from './effect.js';
import type { World } from './world.js';
import {
  claimsOf,
  consented,
  letDeviceIn,
  logOut,
  logoutPage,
  newClient,
  newDevice,
  rememberedLogin,
  token,
  tokensOf,
} from './world.js';

const between = (value: unknown, least: number, most: number) => Number(value) >= least && Number(value) <= most;

/** How long what is issued lives. */
function lifetimes(world: World): Effect[] {
  const { demo } = world;
  const lifetimeOf = ({ iat, exp }: Readonly<Record<string, unknown>>) => Number(exp) - Number(iat);
  return [
    {
      keys: ['ttl.access_token'],
      settings: setting('ttl.access_token', '17m'),
      seen: async () =>
        between((await token(world, { grant_type: 'client_credentials' })).json['expires_in'], 1_019, 1_020),
    },
    {
      keys: ['ttl.id_token'],
      settings: setting('ttl.id_token', '19m'),
      seen: async () => between(lifetimeOf(claimsOf((await tokensOf(world)).id_token)), 1_139, 1_140),
    },
    {
      keys: ['ttl.refresh_token'],
      settings: setting('ttl.refresh_token', '71h'),
      seen: async () => {
        const told = await introspect(demo, (await tokensOf(world)).refresh_token ?? '');
        return between(Number(told['exp']) - Date.now() / 1000, 71 * 3_600 - 120, 71 * 3_600 + 1);
      },
    },
    {
      keys: ['ttl.authentication_session'],
      settings: setting('ttl.authentication_session', '13m'),
      seen: async () => {
        const { answer } = await rememberedLogin(world, createBrowserSession());
        return answer.headers.getSetCookie().some((cookie) => /^[^=]*session=.*Max-Age=(?:779|780);/.test(cookie));
      },
    },
  ];
}

/** What JWT access tokens look like; the consent app says two claims. */
async function jwts(world: World): Promise<Effect[]> {
  const client = await newClient(world, { access_token_strategy: 'jwt' });
  const person = { accessTokenClaims: { tier: 'gold', other: 'kept' } };
  const claims = async () => claimsOf((await tokensOf(world, { of: client, person })).access_token);
  const extOf = (said: Readonly<Record<string, unknown>>) => (said['ext'] ?? {}) as Record<string, unknown>;
  return [
    {
      keys: ['strategies.access_token'],
      settings: setting('strategies.access_token', 'jwt'),
      seen: async () =>
        String((await token(world, { grant_type: 'client_credentials' })).json['access_token']).split('.').length === 3,
    },
    {
      keys: ['oauth2.access_token_format'],
      settings: setting('oauth2.access_token_format', 'hydra'),
      seen: async () => 'ext' in (await claims()),
    },
    {
      keys: ['strategies.jwt.scope_claim'],
      settings: setting('strategies.jwt.scope_claim', 'both'),
      seen: async () => {
        const said = await claims();
        return 'scp' in said && 'scope' in said;
      },
    },
    {
      keys: ['oauth2.allowed_top_level_claims'],
      settings: setting('oauth2.allowed_top_level_claims', ['tier']),
      seen: async () => {
        const said = await claims();
        return said['tier'] === 'gold' && !('other' in said);
      },
    },
    {
      keys: ['oauth2.mirror_top_level_claims', 'oauth2.preserve_ext_claims'],
      settings: merged(setting('oauth2.mirror_top_level_claims', false), setting('oauth2.preserve_ext_claims', true)),
      seen: async () => {
        const ext = extOf(await claims());
        return !('tier' in ext) && ext['other'] === 'kept';
      },
    },
    {
      keys: ['oauth2.exclude_not_before_claim'],
      settings: merged(setting('oauth2.exclude_not_before_claim', true)),
      seen: async () => {
        const said = await claims();
        return 'ext' in said && !('nbf' in said);
      },
    },
  ];
}

/** Those who are asked or told beside it. @param listener takes whatever is sent to it */
function others(world: World, listener: Listener): Effect[] {
  const { demo } = world;
  const hook = (path: string) => ({
    url: `${listener.url}/${path}`,
    auth: { type: 'api_key', config: { in: 'header', name: 'X-Key', value: `key-of-${path}` } },
  });
  const heardAfter = async (what: string, act: () => Promise<unknown>): Promise<boolean> => {
    const before = listener.heard().length;
    await act();
    return soon(() => listener.heard().slice(before).includes(what));
  };
  const newest = () =>
    adminCall<{ id: string; authentication: string }[]>(`${demo.admin}/admin/audit-events?page_size=100`);
  return [
    {
      keys: ['oauth2.token_hook'],
      settings: setting('oauth2.token_hook', hook('token-hook')),
      seen: () => heardAfter('key-of-token-hook', () => token(world, { grant_type: 'client_credentials' })),
    },
    {
      keys: ['oauth2.refresh_token_hook'],
      settings: setting('oauth2.refresh_token_hook', hook('refresh-hook')),
      seen: () =>
        heardAfter('key-of-refresh-hook', async () => {
          await refresh(demo, world.client, (await tokensOf(world)).refresh_token ?? '');
        }),
    },
    {
      keys: ['urls.identity_provider.url', 'urls.identity_provider.headers'],
      settings: setting('urls.identity_provider', {
        url: listener.url,
        headers: { 'X-Kratos': 'a word of the provider' },
      }),
      async seen() {
        const [browser, session] = [createBrowserSession(), letters()];
        const { consent } = await rememberedLogin(world, browser, { identity_provider_session_id: session });
        await consented(world, browser, consent);
        return heardAfter('a word of the provider', () => logOut(world, browser));
      },
    },
    {
      keys: ['oauth2.audit_decisions'],
      settings: setting('oauth2.audit_decisions', true),
      async seen() {
        const before = new Set((await newest()).map(({ id }) => id));
        await tokensOf(world);
        return (await newest()).some(({ id, authentication }) => !before.has(id) && authentication === 'interaction');
      },
    },
  ];
}

export async function logins(world: World, listener: Listener): Promise<Effect[]> {
  const device = await newDevice(world);
  const salt = 'a salt that is the second';
  const { demo } = world;
  let pairwise: ReturnType<typeof newClient> | undefined;
  return [
    ...lifetimes(world),
    ...(await jwts(world)),
    ...others(world, listener),
    hashes(world).pbkdf2,
    {
      keys: ['urls.consent'],
      settings: setting('urls.consent', 'https://consent.test/here'),
      seen: async () =>
        (await rememberedLogin(world, createBrowserSession())).consent.startsWith('https://consent.test/here'),
    },
    {
      keys: ['urls.logout'],
      settings: setting('urls.logout', 'https://logout.test/here'),
      async seen() {
        const browser = createBrowserSession();
        await rememberedLogin(world, browser);
        return (await logoutPage(world, browser)).startsWith('https://logout.test/here');
      },
    },
    {
      keys: ['urls.device.success'],
      settings: setting('urls.device.success', 'https://device.test/done'),
      seen: async () => (await letDeviceIn(world, device)).startsWith('https://device.test/done'),
    },
    {
      keys: ['oidc.logout.revoke_tokens'],
      settings: setting('oidc.logout.revoke_tokens', true),
      async seen() {
        const browser = createBrowserSession();
        const { consent } = await rememberedLogin(world, browser);
        const { access_token: access = '' } = await consented(world, browser, consent);
        await logOut(world, browser);
        return (await introspect(demo, access))['active'] === false;
      },
    },
    {
      keys: ['oidc.subject_identifiers.pairwise.salt'],
      settings: merged(
        setting('oidc.subject_identifiers.supported_types', ['public', 'pairwise']),
        setting('oidc.subject_identifiers.pairwise.salt', salt),
      ),
      async seen() {
        pairwise ??= newClient(world, { subject_type: 'pairwise' }).catch((error: unknown) => {
          pairwise = undefined;
          throw error;
        });
        const { sub } = claimsOf((await tokensOf(world, { of: await pairwise })).id_token);
        return (
          sub ===
          createHash('sha256')
            .update(`${new URL(callback).host}alice${salt}`)
            .digest('hex')
        );
      },
    },
    {
      keys: ['oauth2.grant.refresh_token.rotation_grace_reuse_count'],
      settings: setting('oauth2.grant.refresh_token', { rotation_grace_period: '60s', rotation_grace_reuse_count: 2 }),
      async seen() {
        const { refresh_token: old = '' } = await tokensOf(world);
        const uses = [];
        for (let use = 0; use < 3; use++) uses.push((await refresh(demo, world.client, old)).status);
        return uses.toString() === '200,200,400';
      },
    },
  ];
}
