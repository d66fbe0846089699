// Opaque handles: tokens, codes, verifiers and cookies that mean nothing outside and prove themselves inside
// (RFC 6749 §10.10: 160 bits of entropy and more; RFC 9700 §4.10).
import type { KeyObject } from 'node:crypto';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a handle is good for. A handle of one kind never opens as another. */
export type HandleKind =
  | 'access_token'
  | 'refresh_token'
  | 'authorization_code'
  | 'device_code'
  | 'login_verifier'
  | 'consent_challenge'
  | 'consent_verifier'
  | 'session'
  | 'registration_access_token';

/** The tag after the prefix of those kinds that people see in the open; the others travel bare. */
const tags: Partial<Record<HandleKind, string>> = {
  access_token: 'at',
  refresh_token: 'rt',
  authorization_code: 'ac',
  device_code: 'dc',
  registration_access_token: 'at',
};

/** Random bytes a new handle needs. */
export const handleEntropy = 26;
const payloadBytes = handleEntropy + 4;
const payloadChars = (payloadBytes * 8) / 6;
const macBytes = 24;
const macChars = (macBytes * 8) / 6;
const shape = new RegExp(
  `^(?:[a-z][a-z0-9]*_[a-z]{2}_)?[A-Za-z0-9_-]{${String(payloadChars)}}\\.[A-Za-z0-9_-]{${String(macChars)}}$`,
);

/** A handle taken apart. */
export interface OpenedHandle {
  /** What the database knows it by: 32 bytes that cannot be turned back into the handle. */
  readonly key: Buffer;
  /** The expiry it was minted with, seconds since the epoch: tells the partition its row lives in. */
  readonly expiresAt: number;
  /** The random bytes, for kinds that carry a row id in them. */
  readonly entropy: Buffer;
}

/** A handle just made. */
export interface MintedHandle extends OpenedHandle {
  /** What the client gets. */
  readonly handle: string;
}

type HandleSecret = KeyObject | Uint8Array;

function digest(kind: HandleKind, secret: HandleSecret, prefixed: string): Buffer {
  return createHmac('sha512', secret).update(kind).update('\0').update(prefixed).digest();
}

/**
 * Makes a handle. Its two lengths are multiples of three bytes, so base64url leaves no spare bits and each handle has
 * exactly one spelling; the prefix is under the MAC for the same reason.
 *
 * @param secret the newest handle secret
 * @param entropy {@link handleEntropy} random bytes
 * @param expiresAt seconds since the epoch
 * @param prefix such as `ory`; ignored by kinds that travel bare
 */
export function mintHandle(
  kind: HandleKind,
  secret: HandleSecret,
  entropy: Buffer,
  expiresAt: number,
  prefix = 'ory',
): MintedHandle {
  const payload = Buffer.allocUnsafe(payloadBytes);
  entropy.copy(payload, 0, 0, handleEntropy);
  payload.writeUInt32BE(expiresAt >>> 0, handleEntropy);
  const tag = tags[kind];
  const prefixed = (tag === undefined ? '' : `${prefix}_${tag}_`) + payload.toString('base64url');
  const mac = digest(kind, secret, prefixed);
  const handle = `${prefixed}.${mac.toString('base64url', 0, macBytes)}`;
  return { handle, key: mac.subarray(macBytes, macBytes + 32), expiresAt, entropy };
}

/**
 * Opens a handle, or answers undefined when it is forged, of another kind, or not in its canonical spelling. A forged
 * handle is recognised here, before any store is asked.
 *
 * @param secrets all handle secrets, newest first
 */
export function openHandle(kind: HandleKind, secrets: readonly HandleSecret[], text: string): OpenedHandle | undefined {
  if (text.length > 160 || !shape.test(text)) return undefined;
  const dot = text.length - macChars - 1;
  const prefixed = text.slice(0, dot);
  if ((tags[kind] === undefined) !== (dot === payloadChars)) return undefined;
  const presented = Buffer.from(text.slice(dot + 1), 'base64url');
  for (const secret of secrets) {
    const mac = digest(kind, secret, prefixed);
    if (!timingSafeEqual(mac.subarray(0, macBytes), presented)) continue;
    const payload = Buffer.from(prefixed.slice(dot - payloadChars), 'base64url');
    return {
      key: mac.subarray(macBytes, macBytes + 32),
      expiresAt: payload.readUInt32BE(handleEntropy),
      entropy: payload.subarray(0, handleEntropy),
    };
  }
  return undefined;
}
