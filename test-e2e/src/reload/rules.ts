// Settings that are seen by what is refused and what is let through: proofs, assertions, second uses, limits.
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createBrowserSession } from '../browser-session.js';
import type { CreatedClient } from '../clients.js';
import { callback } from '../clients.js';
import { introspect, redeem, refresh } from '../code-flow.js';
import { adminCall } from '../login-app.js';
import { privateAddress } from './documents.js';
import type { Effect, Settings } from './effect.js';
import { letters, merged, setting } from './effect.js';
import type { World } from './world.js';
import {
  ask,
  codeOf,
  deviceCode,
  firstLeg,
  form,
  jsonBody,
  locationIn,
  newClient,
  newDevice,
  token,
  tokensOf,
  typeUserCode,
} from './world.js';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

interface Made {
  readonly jti?: boolean;
  readonly iat?: boolean;
  readonly seconds?: number;
}

/** Assertions of a trusted issuer, each right but for what a setting says of it. */
async function assertions(world: World): Promise<Effect[]> {
  const { demo } = world;
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const issuer = `https://${letters()}.example`;
  await adminCall(`${demo.admin}/admin/trust/grants/jwt-bearer/issuers`, 'POST', {
    ...{ issuer, subject: 'ada', scope: ['openid'] },
    jwk: { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' },
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const client = await newClient(world, { grant_types: [jwtBearer], scope: 'openid' });
  const audience = `${demo.public}/oauth2/token`;
  const sign = ({ jti = true, iat = true, seconds = 60 }: Made) => {
    const jwt = new SignJWT(jti ? { jti: randomUUID() } : {})
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(issuer)
      .setSubject('ada')
      .setAudience(audience)
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds);
    return (iat ? jwt.setIssuedAt() : jwt).sign(privateKey);
  };
  const granted = async (made: Made) => token(world, { grant_type: jwtBearer, assertion: await sign(made) }, client);
  const rule = (name: string, value: Settings[string], seen: () => Promise<boolean>): Effect => ({
    keys: [`oauth2.grant.jwt.${name}`],
    settings: setting(`oauth2.grant.jwt.${name}`, value),
    seen,
  });
  return [
    rule('jti_optional', true, async () => (await granted({ jti: false })).status === 200),
    rule('iat_optional', true, async () => (await granted({ iat: false })).status === 200),
    rule('max_ttl', '5m', async () => (await granted({ seconds: 600 })).status === 400),
    rule('omit_assertion_audience', false, async () => {
      const { json } = await granted({});
      return (await introspect(demo, String(json['access_token'])))['aud']?.toString().includes(audience) === true;
    }),
  ];
}

export async function rules(world: World): Promise<Effect[]> {
  const { demo } = world;
  const device = await newDevice(world);
  const initial = 'a-token-for-those-who-register';
  return [
    ...(await assertions(world)),
    privateAddress(world, 'clients.http.private_ip_exception_urls', [
      'http://127.0.0.1:*/**',
      'https://127.0.0.1:1/**',
    ]),
    {
      keys: ['oauth2.pkce.enforced'],
      settings: setting('oauth2.pkce.enforced', true),
      seen: async () => locationIn(await firstLeg(world)).startsWith(`${callback}?error=invalid_request`),
    },
    {
      keys: ['oauth2.device_authorization.user_code.length', 'oauth2.device_authorization.user_code.character_set'],
      settings: setting('oauth2.device_authorization.user_code', { length: 7, character_set: 'BCDFGHJK' }),
      seen: async () => /^[BCDFGHJK]{7}$/.test(String((await deviceCode(world, device)).json['user_code'])),
    },
    {
      keys: ['oidc.dynamic_client_registration.initial_access_token'],
      settings: setting('oidc.dynamic_client_registration', { enabled: true, initial_access_token: [initial] }),
      async seen() {
        const register = (headers: Record<string, string>) =>
          ask(`${demo.public}/oauth2/register`, jsonBody('POST', { redirect_uris: [callback] }, headers));
        const [stranger, known] = [await register({}), await register({ authorization: `Bearer ${initial}` })];
        return stranger.status === 401 && known.status === 201;
      },
    },
  ];
}

/** Second uses, and codes that lie about: with PKCE asked of nobody. */
export async function lives(world: World): Promise<Effect[]> {
  const { demo } = world;
  const open = await newClient(world, { token_endpoint_auth_method: 'none' });
  return [
    {
      keys: ['oauth2.pkce.enforced_for_public_clients'],
      settings: setting('oauth2.pkce.enforced_for_public_clients', false),
      seen: async () => locationIn(await firstLeg(world, {}, open)).includes('login_challenge='),
    },
    {
      keys: ['oauth2.grant.refresh_token.rotation_grace_period'],
      settings: setting('oauth2.grant.refresh_token.rotation_grace_period', '0s'),
      async seen() {
        const { refresh_token: old = '' } = await tokensOf(world);
        const uses = [(await refresh(demo, world.client, old)).status, (await refresh(demo, world.client, old)).status];
        return uses.toString() === '200,400';
      },
    },
    {
      keys: ['ttl.auth_code'],
      settings: setting('ttl.auth_code', '4s'),
      async seen() {
        const codes = [await codeOf(world), await codeOf(world)];
        const early = await redeem(demo, world.client, codes[0] ?? '');
        // Not how long it takes is looked at, but what is true after it.
        await sleep(4_500);
        return early.status === 200 && (await redeem(demo, world.client, codes[1] ?? '')).status === 400;
      },
    },
  ];
}

/** Limits: twice is allowed within two seconds, and once more when they are over. Each network is one that nobody used before. */
export async function limits(world: World): Promise<Effect[]> {
  const { demo } = world;
  const device = await newDevice(world);
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const basicOf = ({ client_id: id }: CreatedClient, secret: string) => ({
    authorization: `Basic ${btoa(`${id}:${secret}`)}`,
  });
  const wrong = async (client: CreatedClient, address: string) =>
    (
      await ask(
        `${demo.public}/oauth2/token`,
        form({ grant_type: 'client_credentials' }, { ...from(address), ...basicOf(client, 'wrong') }),
      )
    ).status;
  const limited = (name: string, trying: () => Promise<() => Promise<number>>): Effect => ({
    keys: [`rate_limits.${name}.attempts`, `rate_limits.${name}.period`],
    settings: setting(`rate_limits.${name}`, { attempts: 2, period: '2s' }),
    async seen() {
      const once = await trying();
      const first = [];
      for (let attempt = 0; attempt < 5; attempt++) first.push(await once());
      if (!first.includes(429)) return false;
      for (let look = 0; look < 20; look++) {
        await sleep(500);
        if ((await once()) !== 429) return true;
      }
      return false;
    },
  });
  return [
    {
      keys: ['serve.public.trusted_proxies'],
      settings: setting('serve.public.trusted_proxies', ['127.0.0.1']),
      async seen() {
        const client = await newClient(world);
        const [one, other] = [newAddress(), newAddress()];
        const seen = [];
        for (let attempt = 0; attempt < 5; attempt++) seen.push(await wrong(client, one));
        return seen.includes(429) && (await wrong(client, other)) === 401;
      },
    },
    limited('client_secrets', async () => {
      const [client, address] = [await newClient(world), newAddress()];
      return () => wrong(client, address);
    }),
    limited('user_codes', () => {
      const address = newAddress();
      return Promise.resolve(async () => {
        const typed = await typeUserCode(world, createBrowserSession(), 'BBBBBBBB', from(address));
        return typed.status;
      });
    }),
    limited('device_codes', () => {
      const address = newAddress();
      return Promise.resolve(async () => (await deviceCode(world, device, from(address))).status);
    }),
    limited('client_requests', async () => {
      const client = await newClient(world);
      return async () => (await token(world, { grant_type: 'client_credentials' }, client)).status;
    }),
    {
      ...limited('registrations', () => {
        const address = newAddress();
        const client = jsonBody('POST', { redirect_uris: [callback] }, from(address));
        return Promise.resolve(async () => (await ask(`${demo.public}/oauth2/register`, client)).status);
      }),
      settings: merged(
        setting('rate_limits.registrations', { attempts: 2, period: '2s' }),
        setting('oidc.dynamic_client_registration.enabled', true),
      ),
    },
  ];
}

let addresses = 0;
/** Public addresses of a network that is somebody's; limits count by them. */
function newAddress(): string {
  const [third = 0, fourth = 0] = createHash('sha256')
    .update(`${String(process.pid)} ${String(addresses++)}`)
    .digest();
  return `81.2.${String(third)}.${String(fourth)}`;
}
