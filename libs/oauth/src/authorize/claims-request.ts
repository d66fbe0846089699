// The `claims` parameter: which claims a client wants where, and which of them it cannot do without (OpenID Connect Core
// §5.5). What a person is called and owns is the consent app's business, so it is told the whole wish; what the provider
// answers for itself is honoured here: `acr` and `sub`.
import { OAuthError } from '../errors.js';
import { parseStrictObject } from '../strict-json.js';

/** One claim that is wanted. */
export interface ClaimWish {
  readonly essential: boolean;
  /** Empty when any value will do. */
  readonly values: readonly unknown[];
}

export interface ClaimsRequest {
  readonly userinfo: ReadonlyMap<string, ClaimWish>;
  readonly idToken: ReadonlyMap<string, ClaimWish>;
  /** As it came; a JSON object. */
  readonly json: string;
}

const longest = 4_096;

/** @throws {OAuthError} invalid_request for anything that is not such an object; unknown members are ignored */
export function parseClaimsRequest(text: string | undefined): ClaimsRequest | undefined {
  if (text === undefined) return undefined;
  const value = text.length > longest ? undefined : parseStrictObject(Buffer.from(text));
  if (value === undefined) throw malformed();
  return { userinfo: wishes(value['userinfo']), idToken: wishes(value['id_token']), json: text };
}

const malformed = () => new OAuthError('invalid_request', 'The claims parameter is not a JSON object of claims.');

function wishes(member: unknown): ReadonlyMap<string, ClaimWish> {
  if (member === undefined || member === null) return new Map();
  return new Map(Object.entries(objectOf(member)).map(([name, wish]) => [name, wishOf(wish)]));
}

function wishOf(wish: unknown): ClaimWish {
  if (wish === null) return { essential: false, values: [] };
  const { essential, value, values } = objectOf(wish);
  if (values !== undefined && !Array.isArray(values)) throw malformed();
  if (essential !== undefined && typeof essential !== 'boolean') throw malformed();
  return {
    essential: essential ?? false,
    values: [...(value === undefined ? [] : [value]), ...((values as readonly unknown[] | undefined) ?? [])],
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Readonly<Record<string, unknown>>;
}

const texts = (values: readonly unknown[]) => values.filter((value): value is string => typeof value === 'string');

/** The classes a login must reach one of, when the client cannot do without (§5.5.1.1); undefined when it can. */
export function essentialAcr(claims: ClaimsRequest | undefined): readonly string[] | undefined {
  const wish = claims?.idToken.get('acr');
  return wish?.essential === true && wish.values.length > 0 ? texts(wish.values) : undefined;
}

/** The classes a client would like, as `acr_values` says them too. */
export function wantedAcr(claims: ClaimsRequest | undefined): readonly string[] {
  return texts(claims?.idToken.get('acr')?.values ?? []);
}

/** The one subject a client will hear about, in its own words; undefined when anybody will do. */
export function wantedSubject(claims: ClaimsRequest | undefined): string | undefined {
  const values = claims?.idToken.get('sub')?.values ?? claims?.userinfo.get('sub')?.values ?? [];
  return texts(values)[0];
}
