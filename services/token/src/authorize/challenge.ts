// The login_challenge: a whole flow, sealed, so that asking costs an anonymous caller's browser a URL and us nothing
// (ARCHITECTURE §5).
import { OAuthError } from '@cardea/oauth';
import type { Seal } from '../seal.js';
import { createShortMemory } from '../short-memory.js';
import type { FlowStart } from './flow-body.js';
import { decodeStart, encodeStart } from './flow-body.js';

/** Values that travel in URLs, sealed, with an expiry inside. */
export interface Challenges<T> {
  seal(value: T): string;
  /**
   * @param now seconds since the epoch
   * @throws {OAuthError} not_found for what we did not make, request_unauthorized for what has expired
   */
  open(challenge: string, now: number): T;
}

const longest = 32_768;

/** Challenges of one purpose; the seal binds them to it. */
export function createChallenges<T extends { readonly expiresAt: number }>(
  seal: Seal,
  encode: (value: T) => string,
  decode: (text: string) => T,
): Challenges<T> {
  return {
    seal: (value) => seal.seal('', Buffer.from(encode(value))).toString('base64url'),
    open(challenge, now) {
      const sealed = challenge.length > longest ? Buffer.alloc(0) : Buffer.from(challenge, 'base64url');
      // Buffer.from forgives foreign letters and spare bits; a challenge has one spelling.
      const plain = sealed.toString('base64url') === challenge ? seal.open('', sealed) : undefined;
      if (plain === undefined) throw unknownChallenge();
      const value = decode(plain.toString());
      if (value.expiresAt <= now) throw expiredChallenge();
      return value;
    },
  };
}

/** The answer to a challenge that is none of ours. */
export function unknownChallenge(): OAuthError {
  return new OAuthError(
    'not_found',
    'The challenge is unknown: it was cut off or changed on its way through the app, or another provider made it. Pass it on unchanged.',
  );
}

/** The answer to a challenge that nobody answered in time. */
export function expiredChallenge(): OAuthError {
  return new OAuthError(
    'request_unauthorized',
    'The request has expired: it took longer than ttl.login_consent_request. Begin again at the client.',
  );
}

/** Challenges of one period that are remembered: the login app answers one soon after it has asked about it. */
const mostRemembered = 512;
const rememberMillis = 60_000;

/** The end of its seal: names outlive what is forgotten, and a challenge is a kilobyte. A copy, for a part of a string holds the whole. */
const nameOf = (challenge: string): string => Buffer.from(challenge.slice(-22), 'latin1').toString('latin1');

/**
 * The same challenges; those that this process opened lately are looked up, not opened again. Not those it sealed: strangers have
 * many of them made, and what is kept costs the garbage collector more than opening does.
 */
function remembering<T extends { readonly expiresAt: number }>(challenges: Challenges<T>): RememberedChallenges<T> {
  const recent = createShortMemory<{ readonly challenge: string; readonly value: T }>({
    ...{ millis: rememberMillis, most: mostRemembered, now: () => performance.now() },
  });
  return {
    ...challenges,
    open(challenge, now) {
      const name = nameOf(challenge);
      const known = recent.get(name);
      if (known?.challenge === challenge && known.value.expiresAt > now) return known.value;
      const value = challenges.open(challenge, now);
      recent.keep(name, { challenge, value });
      return value;
    },
    forget: (challenge) => recent.forget(nameOf(challenge)),
  };
}

interface RememberedChallenges<T> extends Challenges<T> {
  /** Of one that was answered nobody is likely to ask again; it can be opened all the same. */
  forget(challenge: string): void;
}

export type LoginChallenges = RememberedChallenges<FlowStart>;

/** @param seal made for the purpose `login_challenge` */
export function createLoginChallenges(seal: Seal): LoginChallenges {
  return remembering(createChallenges(seal, encodeStart, decodeStart));
}
