// A provider for tests: real PostgreSQL, real seals and handles; clients, keys and the clock are arguments.
import { randomBytes } from 'node:crypto';
import { clientV1 } from '@cardea/rpc';
import type { JWTPayload } from 'jose';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type pg from 'pg';
import { createAccessTokenKeys } from '../access-token-keys.js';
import { createNoTokenCache } from '../cache/token-cache.js';
import { createClientKeys } from '../client-keys.js';
import { listPublicKeys } from '../create-token-rooms.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { endSession } from '../end-session.js';
import { createEvents } from '../events.js';
import { createHandles } from '../handles.js';
import { createDeviceRooms } from '../device/device-rooms.js';
import { testDeviceSettings } from '../device/device-settings.fixture.js';
import { createIssueFront } from '../issue-front.js';
import { createMintAccessToken } from '../mint-access-token.js';
import type { Outbound } from '../outbound/index.js';
import { createOutbound } from '../outbound/index.js';
import { createPublicKeys } from '../public-keys.js';
import { noRateLimit } from '../rate-limit/rate-limit.js';
import { createInteractionHandlers } from '../rpc/interaction.js';
import { createSeal } from '../seal.js';
import { createSigner } from '../sign.js';
import type { TestSigner } from '../signer.fixture.js';
import { createTestSigner } from '../signer.fixture.js';
import { createIssuedTokens } from '../storage/issued-tokens.js';
import { metrics, settings as tokenSettings } from '../tokens.fixture.js';
import { authorize } from './authorize.js';
import type { AuthorizationSettings, AuthorizeOutcome } from './context.js';
import type { CookieToSet } from './cookies.js';
import { createAuthorizationContext } from './create-context.js';
import type { EventStream } from '../event-stream/open-stream.js';
import { quietStream } from '../event-stream/stream.fixture.js';

const secrets = ['a-secret-of-at-least-32-characters-for-tests'];

export const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

export const settings: AuthorizationSettings = {
  issuer: 'https://as.test',
  publicUrl: 'https://as.test',
  authorizationUrl: 'https://as.test/oauth2/auth',
  pages: {
    login: 'https://ui.test/login?theme=dark',
    registration: 'https://ui.test/register',
    consent: 'https://ui.test/consent',
    logout: 'https://ui.test/logout',
    afterLogout: 'https://as.test/bye',
  },
  interactionSeconds: 1800,
  sessionSeconds: 3600,
  codeSeconds: 60,
  policy: {
    scopeStrategy: 'exact',
    pkceRequired: false,
    pkceRequiredForPublicClients: true,
    minStateLength: 0,
    minNonceLength: 0,
    frontChannelTokens: true,
    insecureRedirects: false,
  },
  requestObjects: { byValue: true, byReference: true, merge: 'oidc', unsigned: false },
  cookieNames: { loginCsrf: 'login_csrf', consentCsrf: 'consent_csrf', session: 'session' },
  sessionManagement: false,
  pairwiseSalt: 'salt-salt',
  identityProviderUrl: 'https://idp.test',
  auditsDecisions: false,
  logoutRevokesTokens: false,
  accessTokenStrategy: 'opaque',
  hydraCompat: false,
};

/** A browser: keeps cookies as the gateway would have set them. */
export interface Browser {
  readonly cookies: Map<string, string>;
  open(url: string): Promise<AuthorizeOutcome>;
}

export interface Installation {
  readonly context: ReturnType<typeof createAuthorizationContext>;
  readonly app: ReturnType<typeof createInteractionHandlers>;
  readonly clients: Map<string, clientV1.Client>;
  readonly database: pg.Pool;
  readonly clock: { millis: number };
  readonly signer: TestSigner;
  browser(cookies?: Map<string, string>): Browser;
  logout(browser: Browser, parameters: Record<string, string>): ReturnType<typeof endSession>;
  idToken(claims: JWTPayload, options?: { keyId?: string; foreign?: boolean }): Promise<string>;
  close(): Promise<void>;
}

export const call = { deadline: Infinity, signal: new AbortController().signal, caller: undefined, traceparent: '' };

export function authorizationUrl(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: 'app',
    redirect_uri: 'https://app.example/cb',
    response_type: 'code',
    scope: 'openid photos',
    state: 'a state & more',
    nonce: 'a-nonce',
    ...parameters,
  });
  return `https://as.test/oauth2/auth?${query.toString()}`;
}

/**
 * @param ownOutbound the way out, where it is not to be open to everything; closed with the rest
 * @param openStream the audit stream, where somebody listens
 */
export async function createInstallation(
  overrides: Partial<AuthorizationSettings> = {},
  ownOutbound?: Outbound,
  openStream: (database: pg.Pool) => EventStream = () => quietStream,
): Promise<Installation> {
  const own = await createTestDatabase();
  const database = own.pool;
  const stream = openStream(database);
  const clock = { millis: Date.now() };
  const clients = new Map<string, clientV1.Client>();
  const app = clientV1.Client.create({
    clientId: 'app',
    redirectUris: ['https://app.example/cb'],
    grantTypes: ['authorization_code', 'refresh_token'],
    responseTypes: ['code'],
    idTokenSignedResponseAlg: 'ES256',
    scope: 'openid offline photos',
    audience: ['https://api.example'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    postLogoutRedirectUris: ['https://app.example/bye'],
  });
  clients.set('app', app);
  clients.set('other', { ...app, clientId: 'other' });
  const [current, retired, foreign] = await Promise.all([1, 2, 3].map(() => generateKeyPair('ES256')));
  const pairs = new Map([
    ['current', current],
    ['retired', retired],
  ]);
  const published = await Promise.all(
    [...pairs].map(async ([keyId, pair]) => ({
      keySet: 'hydra.openid.id-token',
      keyId,
      algorithm: 'ES256',
      state: 'KEY_STATE_CURRENT' as const,
      jwkJson: JSON.stringify(await exportJWK(pair!.publicKey)),
    })),
  );

  const handles = createHandles({ secrets, random: randomBytes });
  const signingKeys = createTestSigner(settings.issuer);
  const publicKeys = createPublicKeys({ list: listPublicKeys(signingKeys), log: quietLog, now: () => clock.millis });
  const { issuer } = settings;
  const { accessTokenFormat } = tokenSettings;
  const signer = createSigner({
    keys: signingKeys,
    publicKeys,
    issuer,
    accessTokenFormat,
    hydraCompat: false,
    random: randomBytes,
  });
  const mintAccessToken = createMintAccessToken({
    settings: tokenSettings,
    handles,
    seal: createSeal(secrets, 'access_token', randomBytes),
    signer,
    accessTokenKeys: createAccessTokenKeys({ secrets, publicKeys, issuer }),
  });
  const outbound =
    ownOutbound ??
    createOutbound(
      { disallowPrivate: false, privateByDefault: true, excepted: () => true, plainHttp: true },
      { log: quietLog },
    );
  const context = createAuthorizationContext({
    database,
    handles,
    clientKeys: createClientKeys({ outbound, now: () => clock.millis }),
    outbound,
    device: createDeviceRooms({
      database,
      secrets,
      settings: testDeviceSettings,
      limit: noRateLimit,
      random: randomBytes,
    }),
    issueFront: createIssueFront({ settings: tokenSettings, mintAccessToken, signer }),
    issuedTokens: createIssuedTokens(database, createNoTokenCache()),
    events: createEvents(quietLog, metrics, stream.recorder),
    stream,
    clients: {
      find: async (id: string) => {
        const client = clients.get(id);
        return client && { client, secretHashes: [], version: 1 };
      },
    },
    secrets,
    publicKeys: async () => published,
    settings: { ...settings, ...overrides },
    clock: { now: () => clock.millis },
    random: randomBytes,
  });

  const keep = (jar: Map<string, string>, cookies: readonly CookieToSet[]) => {
    for (const { name: cookie, value, maxAgeSeconds } of cookies) {
      if (maxAgeSeconds < 0) jar.delete(cookie);
      else jar.set(cookie, value);
    }
  };
  const jarOf = (jar: Map<string, string>) => [...jar].map(([cookie, value]) => ({ name: cookie, value }));

  return {
    context,
    app: createInteractionHandlers(context),
    clients,
    database,
    clock,
    signer: signingKeys,
    browser: (cookies = new Map()) => ({
      cookies,
      async open(url) {
        const parameters = [...new URL(url).searchParams].map(([key, value]) => ({ name: key, value }));
        const outcome = await authorize(context, { parameters, cookies: jarOf(cookies) });
        keep(cookies, outcome.cookies);
        return outcome;
      },
    }),
    async logout({ cookies }, asked) {
      const parameters = Object.entries(asked).map(([key, value]) => ({ name: key, value }));
      const outcome = await endSession(context, { parameters, cookies: jarOf(cookies) });
      keep(cookies, outcome.cookies);
      return outcome;
    },
    idToken: (claims, { keyId = 'current', foreign: forged = false } = {}) =>
      new SignJWT({ iss: 'https://as.test', aud: 'app', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: keyId })
        .setIssuedAt(Math.floor(clock.millis / 1000) - 7200)
        .setExpirationTime(Math.floor(clock.millis / 1000) - 3600)
        .sign((forged ? foreign : pairs.get(keyId))!.privateKey),
    async close() {
      publicKeys.close();
      outbound.close();
      await own.drop();
    },
  };
}

/** What the client was told, or where the browser was sent. */
export function told(outcome: AuthorizeOutcome): Record<string, string> {
  if (outcome.next.kind === 'interaction') return { location: outcome.next.location };
  return Object.fromEntries(outcome.next.response.parameters.map(({ name: key, value }) => [key, value]));
}

/** One parameter of the URL the browser was sent to. */
export function parameterOf(outcome: AuthorizeOutcome, name: string): string {
  if (outcome.next.kind !== 'interaction') throw new Error(`the client was answered: ${JSON.stringify(told(outcome))}`);
  const value = new URL(outcome.next.location).searchParams.get(name);
  if (value === null) throw new Error(`no ${name} in ${outcome.next.location}`);
  return value;
}
