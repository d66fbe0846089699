// Settings that are seen without anybody logging in: documents, headers, first redirects, registrations, hashes.
import pg from 'pg';
import { callback } from '../clients.js';
import type { Effect } from './effect.js';
import { letters, merged, setting, soon } from './effect.js';
import type { World } from './world.js';
import {
  ask,
  deviceCode,
  discovery,
  firstLeg,
  jsonBody,
  locationIn,
  newClient,
  newDevice,
  statusAs,
  token,
} from './world.js';

const origin = 'https://app.test';

/** Cross-origin browsers at one of the two listeners. */
function crossOrigin(face: 'public' | 'admin', url: string): Effect[] {
  const key = (name: string) => `serve.${face}.cors.${name}`;
  const get = () => ask(url, { headers: { origin } });
  const preflight = (method: string, headers = '') =>
    ask(url, {
      method: 'OPTIONS',
      headers: {
        ...{ origin, 'access-control-request-method': method },
        ...(headers === '' ? {} : { 'access-control-request-headers': headers }),
      },
    });
  const said = async (answer: Promise<{ headers: Headers }>, name: string) =>
    (await answer).headers.get(`access-control-${name}`);
  const isOpen = async () => (await said(get(), 'allow-origin')) === origin;
  return [
    {
      keys: [key('enabled'), key('allowed_origins')],
      settings: merged(setting(key('enabled'), true), setting(key('allowed_origins'), [origin])),
      seen: isOpen,
    },
    {
      keys: [key('allowed_methods')],
      settings: setting(key('allowed_methods'), ['GET', 'PUT']),
      seen: async () =>
        (await said(preflight('PUT'), 'allow-methods')) === 'PUT' &&
        (await said(preflight('DELETE'), 'allow-methods')) === null,
    },
    {
      keys: [key('allowed_headers')],
      settings: setting(key('allowed_headers'), ['X-Own']),
      seen: async () => (await said(preflight('PUT', 'x-own'), 'allow-headers')) === 'x-own',
    },
    {
      keys: [key('exposed_headers')],
      settings: setting(key('exposed_headers'), ['X-Seen']),
      seen: async () => (await said(get(), 'expose-headers')) === 'X-Seen',
    },
    {
      keys: [key('allow_credentials')],
      settings: setting(key('allow_credentials'), false),
      seen: async () => (await isOpen()) && (await said(get(), 'allow-credentials')) === null,
    },
    {
      keys: [key('max_age')],
      settings: setting(key('max_age'), 77),
      seen: async () => (await said(preflight('PUT'), 'max-age')) === '77',
    },
    {
      keys: [key('options_passthrough')],
      settings: setting(key('options_passthrough'), true),
      // The endpoint's own answer says what it takes.
      seen: async () => {
        const { headers } = await preflight('PUT');
        return headers.has('allow') && headers.get('access-control-allow-origin') === origin;
      },
    },
  ];
}

/** Requests of health endpoints in the log of one of the two listeners; a name that nobody used before tells this one. */
function healthLog({ log }: World, face: 'public' | 'admin', url: string): Effect {
  return {
    keys: [`serve.${face}.request_log.disable_for_health`],
    settings: setting(`serve.${face}.request_log.disable_for_health`, false),
    async seen() {
      const name = letters();
      await ask(`${url}/health/alive?${name}=1`);
      return soon(() => log(face === 'public' ? 'gateway' : 'admin').includes(name));
    },
  };
}

/** What the discovery document says under other names. */
function announced(world: World): Effect[] {
  const url = (name: string) => `https://elsewhere.test/${name}`;
  const names: readonly (readonly [setting: string, member: string])[] = [
    ['auth_url', 'authorization_endpoint'],
    ['token_url', 'token_endpoint'],
    ['userinfo_url', 'userinfo_endpoint'],
    ['jwks_url', 'jwks_uri'],
    ['device_authorization_url', 'device_authorization_endpoint'],
    ['client_registration_url', 'registration_endpoint'],
  ];
  const lists: readonly (readonly [setting: string, member: string])[] = [
    ['supported_claims', 'claims_supported'],
    ['supported_scope', 'scopes_supported'],
  ];
  return [
    ...names.map(([name, member]): Effect => ({
      keys: [`webfinger.oidc_discovery.${name}`],
      settings: setting(`webfinger.oidc_discovery.${name}`, url(name)),
      seen: async () => (await discovery(world))[member] === url(name),
    })),
    ...lists.map(([name, member]): Effect => ({
      keys: [`webfinger.oidc_discovery.${name}`],
      settings: setting(`webfinger.oidc_discovery.${name}`, ['of_our_own']),
      seen: async () => (await discovery(world))[member]?.toString().includes('of_our_own') === true,
    })),
    {
      keys: ['urls.self.public'],
      settings: setting('urls.self.public', 'https://public.test'),
      seen: async () => (await discovery(world))['revocation_endpoint'] === 'https://public.test/oauth2/revoke',
    },
    {
      keys: ['oidc.subject_identifiers.supported_types'],
      settings: merged(
        setting('oidc.subject_identifiers.supported_types', ['public', 'pairwise']),
        setting('oidc.subject_identifiers.pairwise.salt', 'a salt of some length'),
      ),
      seen: async () => (await discovery(world))['subject_types_supported']?.toString() === 'public,pairwise',
    },
    {
      keys: ['oidc.request_objects.by_value'],
      settings: setting('oidc.request_objects.by_value', false),
      seen: async () => (await discovery(world))['request_parameter_supported'] === false,
    },
    {
      keys: ['oidc.request_objects.by_reference'],
      settings: setting('oidc.request_objects.by_reference', false),
      seen: async () => (await discovery(world))['request_uri_parameter_supported'] === false,
    },
    {
      keys: ['oidc.session_management.enabled'],
      settings: setting('oidc.session_management.enabled', false),
      seen: async () => !('check_session_iframe' in (await discovery(world))),
    },
  ];
}

/** Where browsers are sent first. */
function redirects(world: World): Effect[] {
  const { public: base } = world.demo;
  const leads = (key: string, url: string, where: () => Promise<string>): Effect => ({
    keys: [key],
    settings: setting(key, url),
    seen: async () => (await where()).startsWith(url),
  });
  return [
    leads('urls.login', 'https://login.test/here', async () => locationIn(await firstLeg(world))),
    leads('urls.registration', 'https://new.test/here', async () =>
      locationIn(await firstLeg(world, { prompt: 'registration' })),
    ),
    leads('urls.error', 'https://errors.test/', async () =>
      locationIn(await ask(`${base}/oauth2/auth?client_id=nobody`)),
    ),
    leads('urls.device.verification', 'https://device.test/here', async () =>
      locationIn(await ask(`${base}/oauth2/device/verify`)),
    ),
    leads('urls.post_logout_redirect', 'https://bye.test/here', async () =>
      locationIn(await ask(`${base}/oauth2/sessions/logout`)),
    ),
  ];
}

/** Devices and the codes that their people type. */
function devices(world: World): Effect[] {
  let made: ReturnType<typeof newDevice> | undefined;
  const told = async () => (await deviceCode(world, await (made ??= newDevice(world)))).json;
  return [
    {
      keys: ['ttl.device_user_code'],
      settings: setting('ttl.device_user_code', '11m'),
      seen: async () => [659, 660].includes(Number((await told())['expires_in'])),
    },
    {
      keys: ['oauth2.device_authorization.token_polling_interval'],
      settings: setting('oauth2.device_authorization.token_polling_interval', '7s'),
      seen: async () => (await told())['interval'] === 7,
    },
    {
      keys: ['oauth2.device_authorization.user_code.entropy_preset'],
      settings: setting('oauth2.device_authorization.user_code.entropy_preset', 'low'),
      seen: async () => /^\d{9}$/.test(String((await told())['user_code'])),
    },
  ];
}

/** Hashes of secrets as they are stored. */
export function hashes(world: World): { bcrypt: Effect; pbkdf2: Effect } {
  const stored = async (): Promise<string> => {
    const { client_id: id } = await newClient(world, { client_secret: 'a secret that somebody chose' });
    const database = new pg.Client({ connectionString: world.demo.dsn });
    await database.connect();
    try {
      const { rows } = await database.query('SELECT secret_hashes::text AS said FROM cardea.client WHERE id = $1', [
        id,
      ]);
      return String((rows[0] as { said: string } | undefined)?.said);
    } finally {
      await database.end();
    }
  };
  return {
    bcrypt: {
      keys: ['oauth2.hashers.algorithm', 'oauth2.hashers.bcrypt.cost'],
      settings: setting('oauth2.hashers', { algorithm: 'bcrypt', bcrypt: { cost: 5 } }),
      seen: async () => /\$2[aby]\$05\$/.test(await stored()),
    },
    pbkdf2: {
      keys: ['oauth2.hashers.pbkdf2.iterations'],
      settings: setting('oauth2.hashers.pbkdf2.iterations', 26_000),
      seen: async () => (await stored()).includes('i=26000'),
    },
  };
}

/** Whether a client may have an address on this machine, which its own networks are none of a client's business. */
export const privateAddress = (world: World, key: string, value: boolean | readonly string[]): Effect => ({
  keys: [key],
  settings: setting(key, value),
  seen: async () => {
    const client = { redirect_uris: [callback], backchannel_logout_uri: 'https://127.0.0.1:1/logout' };
    return (await ask(`${world.demo.admin}/admin/clients`, jsonBody('POST', client))).status === 201;
  },
});

export async function documents(world: World): Promise<Effect[]> {
  const { public: base, admin } = world.demo;
  const wild = await newClient(world, { scope: 'photos.*' });
  const register = async (client: object) => ask(`${base}/oauth2/register`, jsonBody('POST', client));
  return [
    ...crossOrigin('public', `${base}/userinfo`),
    ...crossOrigin('admin', `${admin}/admin/clients`),
    healthLog(world, 'public', base),
    healthLog(world, 'admin', admin),
    ...announced(world),
    ...redirects(world),
    ...devices(world),
    hashes(world).bcrypt,
    privateAddress(world, 'clients.http.disallow_private_ip_ranges', false),
    {
      keys: ['urls.self.admin'],
      settings: setting('urls.self.admin', 'https://admin.test'),
      seen: async () => (await statusAs(`${admin}/admin/clients`, 'admin.test')) === 200,
    },
    {
      keys: ['ttl.login_consent_request'],
      settings: setting('ttl.login_consent_request', '7m'),
      seen: async () => (await firstLeg(world)).headers.getSetCookie().some((cookie) => cookie.includes('Max-Age=420')),
    },
    {
      keys: ['strategies.scope'],
      settings: setting('strategies.scope', 'exact'),
      seen: async () =>
        (await token(world, { grant_type: 'client_credentials', scope: 'photos.read' }, wild)).status === 400,
    },
    {
      keys: ['oauth2.client_credentials.default_grant_allowed_scope'],
      settings: setting('oauth2.client_credentials.default_grant_allowed_scope', true),
      seen: async () =>
        String((await token(world, { grant_type: 'client_credentials' })).json['scope']).includes('photos.read'),
    },
    {
      keys: [
        'oidc.dynamic_client_registration.enabled',
        'oidc.dynamic_client_registration.default_scope',
        'oidc.dynamic_client_registration.allowed_grant_types',
      ],
      settings: setting('oidc.dynamic_client_registration', {
        ...{ enabled: true, default_scope: ['photos.read'], allowed_grant_types: ['client_credentials'] },
      }),
      seen: async () => {
        const { status, json } = await register({ grant_types: ['client_credentials'] });
        return status === 201 && json['scope'] === 'photos.read';
      },
    },
    {
      keys: ['log.level'],
      settings: setting('log.level', 'info'),
      async seen() {
        const name = letters();
        await ask(`${base}/oauth2/fallbacks/error?${name}=1`);
        return soon(() => world.log('gateway').includes(name));
      },
    },
  ];
}
