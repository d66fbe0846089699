// Client secrets: made, hashed and verified. Ours are long and random, so a fast hash guards them, keyed by a salt of their
// own (docs/decisions/0011); chosen ones get PBKDF2 or bcrypt in Hydra's spelling, argon2 is read too, a few at a time (ARCHITECTURE §9.3).
import { longestSecret, OAuthError } from '@cardea/oauth';
import { createHmac, createSecretKey } from 'node:crypto';
import type { Seal } from './seal.js';
import { deriveKeys } from './seal.js';
import type { HasherSettings } from './secret-hashes.js';
import { createShortMemory } from './short-memory.js';
import {
  hashChosenSecret,
  longestBcryptSecret,
  matchesChosenSecret,
  rawBase64 as raw,
  sameBytes,
} from './secret-hashes.js';

export interface ClientSecrets {
  /** A new secret: 26 characters, 156 bits; twice as long when it is to be a key. */
  generate(options?: { asKey: boolean }): string;
  /**
   * @param options.generated whether generate() made it
   * @param options.recoverable whether it must be had back, because the client signs with it
   */
  hash(secret: string, options: { generated: boolean; recoverable: boolean }): Promise<string>;
  /** The secrets among the hashes that can be had back. */
  recover(hashes: readonly string[]): Buffer[];
  /**
   * Whether a secret matches one of the hashes. Without any, as of a client that does not exist, it is compared all the same: nobody
   * learns from the time it takes who is there.
   */
  verify(clientId: string, secret: string, hashes: readonly string[]): Promise<boolean>;
}

const saltBytes = 16;
/** Begins what is no hash but a sealed secret. */
const sealedMark = '$sealed$';
const sealContext = 'client_secret';

/** Of one client: what is sealed is sealed anew, what is a hash stays. */
export const sealedSecrets = {
  mark: sealedMark,
  /** @returns the hashes as they are to be, and how many no secret of the list opens */
  renew(seal: Seal, hashes: readonly string[]): { readonly hashes: readonly string[]; readonly lost: number } {
    const renewed = hashes.map((hash) => {
      if (!hash.startsWith(sealedMark)) return { hash, lost: 0 };
      const found = seal.renew(sealContext, Buffer.from(hash.slice(sealedMark.length), 'base64'));
      if (found.state !== 'renewed') return { hash, lost: found.state === 'lost' ? 1 : 0 };
      return { hash: sealedMark + found.sealed.toString('base64'), lost: 0 };
    });
    return { hashes: renewed.map(({ hash }) => hash), lost: renewed.reduce((sum, { lost }) => sum + lost, 0) };
  },
};

/** PBKDF2 computations at a time, and how many may wait. */
const bounds = { running: 2, waiting: 128 };
/** Of those, for clients that there are not: they must never keep the others waiting. */
const strangers = { running: 1, waiting: 16 };
const rememberMillis = 60_000;
const mostRemembered = 10_000;

export function createClientSecrets(options: {
  /** For secrets that must be had back (docs/decisions/0030). */
  seal: Seal;
  /** `secrets.system`, newest first. */
  secrets: readonly string[];
  /** How chosen secrets are hashed. */
  hashers: HasherSettings;
  random: (bytes: number) => Buffer;
  /** Milliseconds since the epoch. */
  now: () => number;
}): ClientSecrets {
  const { seal, hashers, random, now } = options;
  // Lives and dies with the process, so a copy of the memory's keys says nothing about secrets elsewhere.
  const memoryKey = createSecretKey(random(32));
  const remembered = createShortMemory<number>({ millis: rememberMillis, most: mostRemembered, now });
  const verifying = new Map<string, Promise<boolean>>();
  const limit = createLimit(bounds);
  const strangersLimit = createLimit(strangers);
  const [decoyKey] = deriveKeys(options.secrets, 'decoy secret');
  if (decoyKey === undefined) throw new Error('secrets.system is empty');
  let slowDecoy: Promise<string> | undefined;

  const opened = (hashes: readonly string[]): Buffer[] =>
    hashes.flatMap((hash) => {
      if (!hash.startsWith(sealedMark)) return [];
      return seal.open(sealContext, Buffer.from(hash.slice(sealedMark.length), 'base64')) ?? [];
    });

  const verifyDerived = (clientId: string, secret: string, hash: string): Promise<boolean> => {
    const memory = createHmac('sha256', memoryKey)
      .update(clientId)
      .update('\0')
      .update(hash)
      .update('\0')
      .update(secret)
      .digest('base64url');
    if ((remembered.get(memory) ?? 0) > now()) return Promise.resolve(true);
    let pending = verifying.get(memory);
    if (pending === undefined) {
      pending = limit(() => matchesChosenSecret(secret, hash))
        .then((matches) => {
          if (matches) remembered.keep(memory, now() + rememberMillis);
          return matches;
        })
        .finally(() => verifying.delete(memory));
      verifying.set(memory, pending);
    }
    return pending;
  };

  /** Made once, when first needed; what failed is made anew. */
  const makeDecoy = (): Promise<string> =>
    (slowDecoy ??= hashChosenSecret(random(24).toString('base64url'), hashers, random).catch((error: unknown) => {
      slowDecoy = undefined;
      throw error;
    }));

  /**
   * Some clients have secrets that are compared in no time, others slow hashes. An id that nobody has is like the one or like the
   * other, and always the same, on every replica.
   */
  const verifyDecoy = async (clientId: string, secret: string): Promise<void> => {
    const kind = createHmac('sha256', decoyKey).update(clientId).digest();
    matchesFast(secret, `$hmac-sha256$${raw(kind.subarray(0, saltBytes))}$${raw(kind)}`);
    if ((kind.readUInt8() & 1) === 0) return;
    // With too many of them at once, some are told apart by the time they take: rather that than a flood that clients must wait for.
    await makeDecoy()
      .then((hash) => strangersLimit(() => matchesChosenSecret(secret, hash)))
      .catch(() => undefined);
  };

  return {
    generate: ({ asKey } = { asKey: false }) =>
      random(40)
        .toString('base64url')
        .slice(0, asKey ? 52 : 26),
    async hash(secret, { generated, recoverable }) {
      if (recoverable) return sealedMark + seal.seal(sealContext, Buffer.from(secret)).toString('base64');
      const salt = random(saltBytes);
      if (generated) return `$hmac-sha256$${raw(salt)}$${raw(fastHash(salt, secret))}`;
      if (hashers.algorithm === 'bcrypt' && Buffer.byteLength(secret) > longestBcryptSecret) {
        const limits = `at most ${String(longestBcryptSecret)} bytes, because it is hashed by bcrypt`;
        throw new OAuthError('invalid_client_metadata', `The client_secret must have ${limits}.`);
      }
      return limit(() => hashChosenSecret(secret, hashers, random));
    },
    recover: opened,
    async verify(clientId, secret, hashes) {
      if (Buffer.byteLength(secret) > longestSecret) return false;
      if (hashes.length === 0) await verifyDecoy(clientId, secret);
      for (const hash of hashes) {
        if (hash.startsWith('$hmac-sha256$')) {
          if (matchesFast(secret, hash)) return true;
        } else if (hash.startsWith(sealedMark)) {
          if (opened([hash]).some((known) => sameBytes(known, Buffer.from(secret)))) return true;
        } else if (await verifyDerived(clientId, secret, hash)) {
          return true;
        }
      }
      return false;
    },
  };
}

// A key object, for the reason that seal.ts tells: 2 µs of each token request on Node 24, not 12.
const fastHash = (salt: Buffer, secret: string) => createHmac('sha256', createSecretKey(salt)).update(secret).digest();

function matchesFast(secret: string, hash: string): boolean {
  const [, , salt = '', expected = ''] = hash.split('$');
  return sameBytes(fastHash(Buffer.from(salt, 'base64'), secret), Buffer.from(expected, 'base64'));
}

/** Runs a few at a time, lets some wait and turns the rest away, so that guessing secrets cannot starve the thread pool. */
function createLimit(most: {
  readonly running: number;
  readonly waiting: number;
}): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most.running) {
      if (waiting.length >= most.waiting) {
        throw new OAuthError('temporarily_unavailable', 'Too many clients are being authenticated; try again.');
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
