// Requests that come as a JWT: what may be in one, and how it and the parameters around it become one request
// (OpenID Connect Core §6, RFC 9101 §4, §6.3).
import { clockSkew } from '../client/assertion.js';
import { OAuthError } from '../errors.js';
import type { UnverifiedJwt } from '../jwt.js';
import { isOfType } from '../jwt.js';
import type { Parameters } from '../parameters.js';

/**
 * How object and parameters are merged:
 * - `oidc`: the object's win, but `client_id` and `response_type` must agree where both say them.
 * - `jar`: only the object counts (RFC 9101 §6.3).
 * - `hydra`: the object's win, whatever they are; scopes are added up; who signed for whom is not looked at.
 */
export type RequestObjectMerge = 'oidc' | 'jar' | 'hydra';

export interface RequestObjectRules {
  readonly issuer: string;
  readonly merge: RequestObjectMerge;
  /** Whether `alg: none` is taken of clients that did not register another algorithm. */
  readonly unsigned: boolean;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** A request object as a fact that counts once. */
export interface RequestObjectUse {
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** What is looked at of the client. */
export interface RequestObjectClient {
  readonly clientId: string;
  readonly requestUris: readonly string[];
  /** Empty when any algorithm will do. */
  readonly requestObjectSigningAlg: string;
}

/** Claims of the JWT itself, and the handles of later legs: none of them is a parameter. */
const notParameters: ReadonlySet<string> = new Set([
  ...['iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti'],
  ...['login_verifier', 'consent_verifier', 'device_verifier'],
]);
const longestUri = 512;
const longestTokenId = 1024;
/** How long an object may be good for by RFC 9101, seconds (FAPI 2.0 Message Signing §5.3.1 says the same). */
const longestLife = 3600;

function refuse(why: string): never {
  throw new OAuthError('invalid_request_object', `The request object ${why}.`);
}

/**
 * Whether a `request_uri` is registered; its fragment, which may name the content's hash, only counts for Hydra.
 *
 * @throws {OAuthError} invalid_request_uri
 */
export function checkRequestUri(uri: string, client: RequestObjectClient, merge: RequestObjectMerge): void {
  const plain = (text: string) => (merge === 'hydra' ? text : (text.split('#', 1)[0] ?? ''));
  if (uri.length <= longestUri && client.requestUris.some((registered) => plain(registered) === plain(uri))) return;
  throw new OAuthError('invalid_request_uri', 'The request_uri is not registered for this client.');
}

/**
 * What can be judged before the signature is.
 *
 * @returns whether there must be a signature
 * @throws {OAuthError} invalid_request_object
 */
export function checkRequestObjectHeader(
  { algorithm, type, signature }: UnverifiedJwt,
  client: RequestObjectClient,
  { unsigned }: RequestObjectRules,
): boolean {
  const registered = client.requestObjectSigningAlg;
  if (registered !== '' && registered !== algorithm) refuse('is signed by another algorithm than is registered');
  if (!isOfType(type, ['oauth-authz-req+jwt'])) refuse('is something else by its type');
  if (algorithm !== 'none') return true;
  if (!unsigned || signature.length > 0) refuse('must be signed');
  return false;
}

/**
 * One request of both. Nothing is believed that was not verified before.
 *
 * @throws {OAuthError} invalid_request_object
 */
export function mergeRequestObject(
  outer: Parameters,
  claims: Readonly<Record<string, unknown>>,
  client: RequestObjectClient,
  rules: RequestObjectRules,
): Parameters {
  checkTimes(claims, rules);
  if (rules.merge !== 'hydra') checkParties(claims, client, rules);
  const inner = parametersOf(claims);
  if (rules.merge === 'oidc' && outer.has('response_type') && inner.has('response_type')) {
    if (words(outer.get('response_type')) !== words(inner.get('response_type'))) refuse('has another response_type');
  }
  if (rules.merge === 'hydra') {
    const scope = [outer.get('scope'), inner.get('scope')].filter((text) => text !== undefined).join(' ');
    if (scope !== '') inner.set('scope', [...new Set(scope.split(' '))].join(' '));
  }
  const around = rules.merge === 'jar' ? [] : [...outer].filter(([name]) => !/^request(?:_uri)?$/.test(name));
  return new Map([...around, ...inner, ['client_id', client.clientId]]);
}

const words = (text: string | undefined) => (text ?? '').split(' ').sort().join(' ');

/**
 * What of an object may be used once, where objects are a client's word of this moment (RFC 9101): one that has a `jti`. By OpenID
 * Connect an object may lie at an address for good, and by any rule a browser may load an address again that has none.
 *
 * @throws {OAuthError} invalid_request_object
 */
export function requestObjectUse(
  { jti, exp }: Readonly<Record<string, unknown>>,
  { merge }: RequestObjectRules,
): RequestObjectUse | undefined {
  if (merge !== 'jar' || jti === undefined) return undefined;
  if (typeof jti !== 'string' || jti === '' || jti.length > longestTokenId || typeof exp !== 'number') {
    return refuse('has a malformed jti');
  }
  return { tokenId: jti, expiresAt: exp + clockSkew };
}

function checkTimes(
  { exp, nbf }: Readonly<Record<string, unknown>>,
  { now, merge }: Pick<RequestObjectRules, 'now' | 'merge'>,
): void {
  for (const [name, instant] of Object.entries({ exp, nbf })) {
    if (instant !== undefined && !(typeof instant === 'number' && Number.isFinite(instant))) {
      refuse(`has a malformed ${name}`);
    }
  }
  if (typeof exp === 'number' && exp + clockSkew <= now) refuse('has expired');
  if (merge === 'jar' && typeof exp !== 'number') refuse('must say when it expires');
  if (merge === 'jar' && Number(exp) > now + longestLife + clockSkew) refuse('is good for too long');
  if (typeof nbf === 'number' && nbf - clockSkew > now) refuse('is not valid yet');
}

function checkParties(
  { iss, aud, sub, client_id: named }: Readonly<Record<string, unknown>>,
  { clientId }: RequestObjectClient,
  { issuer, merge }: RequestObjectRules,
): void {
  if (iss !== undefined && iss !== clientId) refuse('was issued by somebody else');
  if (aud !== undefined && aud !== issuer && !(Array.isArray(aud) && aud.includes(issuer))) {
    refuse('is meant for somebody else');
  }
  // Such a JWT would also be an assertion by which the client authenticates (RFC 9101 §10.8).
  if (sub === clientId) refuse('must not have the client as its subject');
  if (named === undefined ? merge === 'jar' : named !== clientId) refuse('names another client');
}

function parametersOf(claims: Readonly<Record<string, unknown>>): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(claims)) {
    if (name === 'request' || name === 'request_uri') refuse('must not hold another one');
    if (notParameters.has(name)) continue;
    const text = parameterText(value);
    if (text.includes('\0')) refuse('has a control character in it');
    if (text !== '') parameters.set(name, text);
  }
  return parameters;
}

/** A value as it would be spelled in a query: `max_age` may be a number, `claims` an object. */
function parameterText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.join(' ');
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
