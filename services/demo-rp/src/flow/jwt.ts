// Takes a compact JWS apart for reading only; whether it is genuine was decided elsewhere (RFC 7515 §3.1, RFC 7519 §4.1).
import { distance, instant } from './time-words.js';

/** A JWT in readable form. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes a JWT; undefined for anything else, such as an opaque handle. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const header = jsonObject(parts[0] ?? '');
  const claims = jsonObject(parts[1] ?? '');
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

const meanings: Readonly<Record<string, string>> = {
  iss: 'Who issued it',
  sub: 'Whom it is about: the person’s stable identifier',
  aud: 'Whom it is for',
  azp: 'The client it was issued to',
  exp: 'Not to be accepted after',
  nbf: 'Not to be accepted before',
  iat: 'Issued at',
  rat: 'When the login was requested',
  auth_time: 'When the person last proved who they are',
  nonce: 'Ours, sent with the request: this answers that request and no other',
  at_hash: 'Ties the ID token to the access token beside it',
  c_hash: 'Ties the ID token to the code beside it',
  acr: 'How strong the proof was',
  amr: 'How they proved it',
  sid: 'The session at the provider; logout speaks of it',
  jti: 'Its own number',
  client_id: 'The client it was issued to',
  scope: 'What it allows',
  scp: 'What it allows, as a list',
  ext: 'What the consent app added',
  name: 'From scope profile',
  given_name: 'From scope profile',
  family_name: 'From scope profile',
  preferred_username: 'From scope profile',
  email: 'From scope email',
  email_verified: 'From scope email',
  phone_number: 'From scope phone',
  phone_number_verified: 'From scope phone',
  address: 'From scope address',
  alg: 'The signature algorithm',
  kid: 'Which key signed; find it in the provider’s key set',
  typ: 'What kind of token this is',
  active: 'Whether it is good right now',
  token_type: 'How it is presented',
  token_use: 'Which kind of token it is',
  username: 'The name the person goes by',
};

const instants = new Set(['exp', 'nbf', 'iat', 'rat', 'auth_time', 'updated_at']);

/** One line of a table of claims. */
export interface ClaimLine {
  readonly name: string;
  readonly value: string;
  /** The instant in words, with its distance from now. */
  readonly time?: string | undefined;
  readonly meaning: string | undefined;
}

/** The members of a header, of claims or of an introspection answer, in their own order. */
export function claimLines(members: Readonly<Record<string, unknown>>, nowSeconds: number): ClaimLine[] {
  return Object.entries(members).map(([name, value]) => {
    const moment = instants.has(name) && typeof value === 'number' ? instant(value) : undefined;
    return {
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      time: moment === undefined ? undefined : `${moment}, ${distance(value as number, nowSeconds)}`,
      meaning: Object.hasOwn(meanings, name) ? meanings[name] : undefined,
    };
  });
}
