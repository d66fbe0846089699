// Reads a JSON Web Key somebody hands in: what it is, and which part of it may be shown (RFC 7517 §4, RFC 7518 §6, RFC 9964 §3).
import { OAuthError } from '@cardea/oauth';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { hasMlDsa } from '../sealed/generate.js';

/** A key as a document: its members as they were given. */
export type Jwk = Readonly<Record<string, unknown>>;

/** A key that was found to be one. */
export interface KeyDocument {
  /** Empty when it has none. */
  readonly kid: string;
  readonly whole: Jwk;
  /** What verifiers may see; undefined for a symmetric key. */
  readonly published: Jwk | undefined;
  /** Whether `whole` says more than `published`. */
  readonly secret: boolean;
}

const common = ['use', 'key_ops', 'kty', 'kid', 'alg', 'x5u', 'x5c', 'x5t', 'x5t#S256'];

interface KeyType {
  readonly shown: readonly string[];
  readonly hidden: readonly string[];
}

const keyTypes: ReadonlyMap<unknown, KeyType> = new Map([
  ['RSA', { shown: ['n', 'e'], hidden: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }],
  ['EC', { shown: ['crv', 'x', 'y'], hidden: ['d'] }],
  ['OKP', { shown: ['crv', 'x'], hidden: ['d'] }],
  ['AKP', { shown: ['pub'], hidden: ['priv'] }],
  ['oct', { shown: [], hidden: ['k'] }],
]);

const longestKid = 255;

function unreadable(reason: string): OAuthError {
  return new OAuthError('invalid_request', `The JSON Web Key cannot be used: ${reason}.`);
}

/**
 * Members that mean nothing to anybody are left out: one of them might be secret.
 *
 * @throws {OAuthError} invalid_request
 */
export function readKeyDocument(json: Uint8Array): KeyDocument {
  const given = parsed(json);
  const type = keyTypes.get(given['kty']);
  if (type === undefined) throw unreadable('kty must be RSA, EC, OKP, AKP or oct');
  if (given['kty'] === 'AKP' && !hasMlDsa()) {
    throw unreadable(`it needs Node.js 24.7 or newer: ${process.version} has no ML-DSA`);
  }
  for (const name of ['kid', 'use', 'alg'] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'string') throw unreadable(`${name} must be a string`);
  }
  const kid = (given['kid'] ?? '') as string;
  if (kid.length > longestKid) throw unreadable(`kid has more than ${String(longestKid)} characters`);

  const whole = pick(given, [...common, ...type.shown, ...type.hidden]);
  if (type.shown.length === 0) {
    if (typeof given['k'] !== 'string' || !/^[\w-]+$/.test(given['k'])) throw unreadable('k must be base64url');
    return { kid, whole, published: undefined, secret: true };
  }
  const published = pick(given, [...common, ...type.shown]);
  const publicKey = publicKeyOf(published);
  checkCertificate(given['x5c'], publicKey);
  const secret = type.hidden.some((name) => given[name] !== undefined);
  if (secret && !belongTogether(privateKeyOf(whole), publicKey)) {
    throw unreadable('its private half does not belong to its public half');
  }
  return { kid, whole, published, secret };
}

/** @throws {OAuthError} invalid_request when the members do not make a private key */
export function privateKeyOf(jwk: Jwk): KeyObject {
  try {
    return createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    throw unreadable('its private half is not complete');
  }
}

/** The public half within a JWK is nobody's proof: only a signature is. Agreement keys have none, and derive their public half. */
function belongTogether(privateKey: KeyObject, publicKey: KeyObject): boolean {
  if (!createPublicKey(privateKey).equals(publicKey)) return false;
  const type = publicKey.asymmetricKeyType ?? '';
  const digest = /^(?:rsa|ec)$/.test(type) ? 'sha256' : type.startsWith('ml-dsa-') ? null : undefined;
  if (digest === undefined) return true;
  const trial = Buffer.from('cardea');
  return verify(digest, trial, publicKey, sign(digest, trial, privateKey));
}

function publicKeyOf(jwk: Jwk): KeyObject {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    throw unreadable('its public half is not complete, or not on its curve');
  }
}

/** The first certificate must be of this very key (RFC 7517 §4.7). */
function checkCertificate(chain: unknown, publicKey: KeyObject): void {
  if (chain === undefined) return;
  const texts: readonly unknown[] = Array.isArray(chain) ? chain : [];
  const [first] = texts;
  if (typeof first !== 'string' || !texts.every((text) => typeof text === 'string')) {
    throw unreadable('x5c must be a list of certificates');
  }
  let certified: KeyObject;
  try {
    certified = new X509Certificate(Buffer.from(first, 'base64')).publicKey;
  } catch {
    throw unreadable('x5c has no certificate');
  }
  if (!certified.equals(publicKey)) throw unreadable('its certificate is of another key');
}

function parsed(json: Uint8Array): Jwk {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(json).toString('utf8'));
  } catch {
    throw unreadable('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('it is not a JSON object');
  return value as Jwk;
}

/** In the order of the names, so that equal keys have equal bytes; null is absent. */
function pick(jwk: Jwk, names: readonly string[]): Jwk {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(jwk, name) && jwk[name] !== null ? [[name, jwk[name]]] : [])),
  );
}
