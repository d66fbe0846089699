// What scenarios act on: the target, the lanes, clients made through its admin API, and the questions that checks ask.
import type { Target } from '../target.js';
import type { Dialect } from '../dialects/dialect.js';
import { dialectOf } from '../dialects/dialect.js';
import type { FlowClient } from '../load/flow.js';
import type { HttpConnection } from '../load/http-connection.js';
import type { Lane } from '../load/lane.js';
import { expectStatus, parseObject, textOf } from '../load/lane.js';
import type { Jwk } from '../load/verify-jwt.js';
import { verifyJwt } from '../load/verify-jwt.js';

/** A confidential client; it authenticates with `client_secret_basic` unless it was made otherwise. */
export interface BenchClient extends FlowClient {
  /** Empty where it has none. */
  readonly secret: string;
  /** The Authorization header. */
  readonly authorization: string;
}

export interface Stage {
  readonly target: Target;
  readonly lanes: readonly Lane[];
  readonly dialect: Dialect;
  /** The client with these members beside the usual ones; the same one each time they are asked for. */
  client(members?: Readonly<Record<string, unknown>>): Promise<BenchClient>;
  /** Makes what all slices use the first time it is asked for by that name. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>;
  /** Asks as that client, where somebody has to say who asks. */
  introspect(token: string, client: BenchClient): Promise<Record<string, unknown>>;
  /** Header and claims of a JWT of the provider. @throws {WrongAnswer} */
  verify(jwt: string): Promise<{ algorithm: string; claims: Record<string, unknown> }>;
  /** Numbers that no earlier call has given. */
  number(): number;
}

export const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

// Nobody listens there: the driver reads the redirect instead of following it.
const redirectUri = 'http://127.0.0.1:9/callback';
const fullScope = 'openid offline profile photos.read';

/** @param aside a connection pair that carries no load */
export function createStage(target: Target, lanes: readonly Lane[], aside: Lane): Stage {
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    let those = made.get(name) as Promise<T> | undefined;
    if (those === undefined) made.set(name, (those = make()));
    return those;
  };
  let keys: Promise<readonly Jwk[]> | undefined;
  let count = 0;
  const dialect = dialectOf(target.dialect ?? 'hydra');
  return {
    ...{ target, lanes, dialect, once },
    client: (members = {}) => once(`client ${JSON.stringify(members)}`, () => createClient(aside.admin, members)),
    introspect: (token, client) => askAbout(aside.admin, token, dialect.introspectionHeaders(client)),
    async verify(jwt) {
      keys ??= publishedKeys(aside.public);
      return verifyJwt(jwt, { keys: await keys, issuer: target.issuer, now: Date.now() });
    },
    number: () => count++,
  };
}

/** Introspects (RFC 7662). @param headers of whoever has to say who asks @throws {WrongAnswer} */
export async function askAbout(
  admin: HttpConnection,
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({ token }).toString();
  const request = admin.encode('POST', '/admin/oauth2/introspect', { ...form, ...headers }, body);
  const answer = expectStatus(await admin.send(request), 200, 'introspection');
  return parseObject(answer.body.toString(), 'introspection');
}

/** Registers one through the admin API. @throws {WrongAnswer} */
export async function createClient(
  admin: HttpConnection,
  members: Readonly<Record<string, unknown>>,
): Promise<BenchClient> {
  const body = JSON.stringify({
    client_name: 'benchmark',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    scope: fullScope,
    token_endpoint_auth_method: 'client_secret_basic',
    ...members,
  });
  const request = admin.encode('POST', '/admin/clients', { 'Content-Type': 'application/json' }, body);
  const answer = expectStatus(await admin.send(request), 201, 'creating a client');
  const client = parseObject(answer.body.toString(), 'creating a client');
  const clientId = textOf(client, 'client_id', 'creating a client');
  const keyed = members['token_endpoint_auth_method'] === 'private_key_jwt';
  const secret = keyed ? '' : textOf(client, 'client_secret', 'creating a client');
  const userinfo = [clientId, secret].map(encodeURIComponent).join(':');
  return {
    ...{ clientId, secret, redirectUri },
    scope: typeof members['scope'] === 'string' ? members['scope'] : fullScope,
    authorization: `Basic ${Buffer.from(userinfo).toString('base64')}`,
  };
}

async function publishedKeys(gateway: HttpConnection): Promise<readonly Jwk[]> {
  const answer = expectStatus(await gateway.send(gateway.encode('GET', '/.well-known/jwks.json')), 200, 'the JWKS');
  return parseObject(answer.body.toString(), 'the JWKS')['keys'] as readonly Jwk[];
}
