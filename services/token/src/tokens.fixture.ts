// A token service for tests: real PostgreSQL and Redis, real seals and handles; the signer and the clock are arguments.
import type { CodeContent } from '@cardea/oauth';
import { defaultClientScope, OAuthError } from '@cardea/oauth';
import type { introspectionV1, tokenV1 } from '@cardea/rpc';
import { clientV1, signingV1 } from '@cardea/rpc';
import type { Metrics } from '@cardea/service';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { openTokenCache } from './cache/create-cache.js';
import { createClientKeys } from './client-keys.js';
import { createClientResolver } from './client-resolver.js';
import type { ClientSettings } from './client-settings.js';
import type { TokenRooms, TokenRoomsOptions } from './create-token-rooms.js';
import { quietStream } from './event-stream/stream.fixture.js';
import { createTokenRooms, listPublicKeys } from './create-token-rooms.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, quietLog } from './database.fixture.js';
import { testDeviceSettings } from './device/device-settings.fixture.js';
import type { DeviceSettings } from './device/device-rooms.js';
import { createDeviceRooms } from './device/device-rooms.js';
import { createHandles } from './handles.js';
import { createOutbound } from './outbound/index.js';
import { createPublicKeys } from './public-keys.js';
import type { RateLimits } from './rate-limit/create-rate-limits.js';
import { noRateLimits } from './rate-limit/create-rate-limits.js';
import { noRateLimit } from './rate-limit/rate-limit.js';
import { createSeal } from './seal.js';
import { createTestSigner } from './signer.fixture.js';
import type { TokenSettings } from './settings.js';
import { createClients } from './storage/clients.js';
import { openDatabase } from './storage/database.js';
import type { Wire } from './tcp-proxy.fixture.js';
import { over } from './tcp-proxy.fixture.js';

export const secrets = ['a-secret-of-at-least-32-characters-for-tests'];
export const call = { deadline: Infinity, signal: new AbortController().signal, caller: undefined, traceparent: '' };
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = createHash('sha256').update(verifier).digest('base64url');

export const settings: TokenSettings = {
  issuer: 'https://as.test',
  publicUrl: 'https://as.test',
  endpoints: ['https://as.test/oauth2/token'],
  features: {
    responseTypes: ['code'],
    subjectTypes: ['public'],
    requestByValue: true,
    requestByReference: false,
    requestObjectAlgorithms: ['ES256'],
    sessionManagement: false,
    registration: false,
    announced: { endpoints: {}, scopes: [], claims: [], hydraMembers: false },
  },
  lifetimes: { access: 3_600_000, id: 3_600_000, refresh: 2_592_000_000 },
  policy: {
    scopeStrategy: 'wildcard',
    pkceRequired: false,
    pkceRequiredForPublicClients: true,
    rotationGraceMillis: 10_000,
    rotationReuseCount: 0,
    defaultScopes: false,
    hydraCompat: false,
  },
  hooks: { token: undefined, refresh: undefined },
  claims: { issuer: 'https://as.test', topLevel: [], mirrored: true, preserved: false, excludeNotBefore: false },
  audiences: { client: 'only', grant: 'only' },
  assertions: { jtiOptional: false, iatOptional: false, longestMillis: 720 * 3_600_000, audienceKept: false },
  accessTokenStrategy: 'opaque',
  accessTokenFormat: signingV1.AccessTokenFormat.RFC9068,
  tokenPrefix: 'ory',
  hydraCompat: false,
};

export const clientSettings: ClientSettings = {
  metadata: { subjectTypes: ['public'], defaultScope: defaultClientScope, hydraCompat: false },
  hashers: { algorithm: 'pbkdf2', bcryptCost: 10, pbkdf2Iterations: 25_000 },
  registration: undefined,
};

const counter: object = { inc: () => undefined, labels: () => counter };
export const metrics = { counter: () => counter } as unknown as Metrics;

export type Form = Readonly<Record<string, string>>;

/** A running token service over a database of its own. */
export async function createTokenService(
  options: {
    settings?: Partial<TokenSettings>;
    deviceSettings?: Partial<DeviceSettings>;
    rateLimits?: Partial<RateLimits>;
    /** `secrets.system`, newest first. */
    secrets?: readonly string[];
    clientSettings?: Partial<ClientSettings>;
    redisUrl?: string;
    /** Another process over the same database. */
    database?: TestDatabase;
    /** Leads to that database. */
    dsnWire?: Wire;
    clock?: { millis: number };
    /** Announcements of PostgreSQL do not reach it. */
    deaf?: boolean;
    commandTimeoutMillis?: number;
    stream?: TokenRoomsOptions['stream'];
  } = {},
) {
  const database = options.database ?? (await createTestDatabase());
  const clock = options.clock ?? { millis: Date.now() };
  const now = () => clock.millis;
  const { secrets: systemSecrets = secrets } = options;
  const handles = createHandles({ secrets: systemSecrets, random: randomBytes });
  const dsn = options.dsnWire === undefined ? database.dsn : over(options.dsnWire, database.dsn);
  const pool = options.dsnWire === undefined ? database.pool : openDatabase(dsn, quietLog);
  const clients = createClients(pool);
  const resolver = createClientResolver({
    clients,
    listenDsn: options.deaf === true ? undefined : dsn,
    log: quietLog,
    now,
  });
  const signer = createTestSigner(settings.issuer);
  const publicKeys = createPublicKeys({ list: listPublicKeys(signer), log: quietLog, now });
  const { redisUrl: url, commandTimeoutMillis = 1_000 } = options;
  const cache = openTokenCache({
    url,
    database: pool,
    secrets,
    random: randomBytes,
    now,
    log: quietLog,
    metrics,
    commandTimeoutMillis,
  });
  const outbound = createOutbound(
    { disallowPrivate: false, privateByDefault: true, excepted: () => true, plainHttp: true },
    { log: quietLog },
  );
  const device = createDeviceRooms({
    database: pool,
    secrets: systemSecrets,
    settings: { ...testDeviceSettings, ...options.deviceSettings },
    limit: options.rateLimits?.userCodes ?? noRateLimit,
    random: randomBytes,
  });
  const merged = { ...settings, ...options.settings };
  const rooms: TokenRooms = createTokenRooms({
    settings: merged,
    clientSettings: { ...clientSettings, ...options.clientSettings },
    database: pool,
    cache,
    handles,
    clients,
    resolver,
    keys: signer,
    publicKeys,
    outbound,
    clientKeys: createClientKeys({ outbound, now }),
    device,
    rateLimits: { ...noRateLimits, ...options.rateLimits },
    secrets: systemSecrets,
    now,
    random: randomBytes,
    log: quietLog,
    metrics,
    stream: options.stream ?? quietStream,
  });
  const list = (form: Form) => Object.entries(form).map(([name, value]) => ({ name, value }));

  /** Stores a grant and its code, as the authorization flow does. */
  const code = async (clientId: string, content: { scopes?: string[]; pkce?: boolean; redirectUri?: string } = {}) => {
    const grantId = randomUUID();
    const sessionId = randomUUID();
    const scopes = content.scopes ?? ['openid', 'offline'];
    const seconds = Math.floor(now() / 1000);
    const minted = handles.mint('authorization_code', seconds + 60);
    const body: CodeContent = {
      authorization: {
        grantId,
        clientId,
        subject: 'alice',
        clientSubject: 'alice',
        scopes,
        audience: [],
        sessionId,
        authenticatedAt: seconds - 5,
        requestedAt: seconds - 9,
        acr: '1',
        amr: ['pwd'],
        nonce: 'n-1',
        proof: { kind: 'none' },
        accessTokenClaims: { role: 'x' },
        idTokenClaims: { email: 'a@b.c', iss: 'evil' },
      },
      redirectUri: content.redirectUri ?? 'https://app.example/cb',
      codeChallenge: content.pkce === false ? '' : challenge,
    };
    const seal = createSeal(secrets, 'authorization_code', randomBytes);
    await database.pool.query(
      `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
        VALUES ($1, $2, 'alice', $3, $4, '{}', true, '')`,
      [grantId, clientId, sessionId, scopes],
    );
    await database.pool.query(
      `INSERT INTO cardea.authorization_code (key, expires_at, grant_id, client_id, body)
        VALUES ($1, to_timestamp($2), $3, $4, $5)`,
      [minted.key, minted.expiresAt, grantId, clientId, seal.seal(minted.key, Buffer.from(JSON.stringify(body)))],
    );
    return { code: minted.handle, grantId };
  };

  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const token = (form: Form, authorization = '', clientAddress = ''): Promise<tokenV1.IssueTokenResponse> =>
    rooms.tokenHandlers.issueToken(
      { authorization, parameters: list(form), proof: undefined, requestId: '', clientAddress },
      call,
    );

  return {
    rooms,
    cache,
    database,
    clock,
    signer,
    handles,
    resolver,
    device,
    outbound,
    publicKeys,
    basic,
    token,
    code,
    /** Redeems a code at once. */
    async redeemed(
      clientId: string,
      authorization: string,
      content: Parameters<typeof code>[1] = {},
    ): Promise<tokenV1.IssueTokenResponse & { grantId: string }> {
      const { code: text, grantId } = await code(clientId, content);
      const form = { grant_type: 'authorization_code', code: text, redirect_uri: 'https://app.example/cb' };
      const proof: Form = content.pkce === false ? {} : { code_verifier: verifier };
      return {
        ...(await token({ ...form, ...proof, ...(authorization === '' && { client_id: clientId }) }, authorization)),
        grantId,
      };
    },
    revoke: (form: Form, authorization = ''): Promise<unknown> =>
      rooms.tokenHandlers.revokeToken(
        { authorization, parameters: list(form), requestId: '', clientAddress: '' },
        call,
      ),
    async active(text: string, requiredScopes: string[] = []) {
      const request = { token: text, tokenTypeHint: '', requiredScopes };
      return (await rooms.introspectionHandlers.introspect(request, call)).active;
    },
    introspect: (text: string): Promise<introspectionV1.IntrospectResponse> =>
      rooms.introspectionHandlers.introspect({ token: text, tokenTypeHint: '', requiredScopes: [] }, call),
    async client(metadata: Partial<clientV1.Client>, clientSecret = ''): Promise<clientV1.CreateClientResponse> {
      const client = clientV1.Client.create({
        redirectUris: ['https://app.example/cb'],
        grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
        scope: 'openid offline photos.*',
        idTokenSignedResponseAlg: 'ES256',
        ...metadata,
      });
      return rooms.clientHandlers.createClient({ client, clientSecret }, call);
    },
    async close() {
      publicKeys.close();
      outbound.close();
      cache.close();
      await resolver.close();
      if (pool !== database.pool) await pool.end();
      if (options.database === undefined) await database.drop();
    },
  };
}

export type TokenService = Awaited<ReturnType<typeof createTokenService>>;

/** Which OAuth error a promise fails with, or what it came to. */
export async function verdict(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'ok',
    (error: unknown) => (error instanceof OAuthError ? error.code : `not an OAuth error: ${(error as Error).message}`),
  );
}
