// Client secrets: made, hashed and verified. Ours are long and random, so a fast hash guards them, keyed by a salt of their
// own (docs/decisions/0011); chosen ones get PBKDF2 in Hydra's spelling, a few at a time (ARCHITECTURE §9.3).
import { longestSecret, OAuthError } from '@cardea/oauth';
import { createHmac, createSecretKey, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Seal } from './seal.js';

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
  /** Whether a secret matches one of the hashes. */
  verify(clientId: string, secret: string, hashes: readonly string[]): Promise<boolean>;
}

const derive = promisify(pbkdf2);
const iterations = 25_000;
const hashBytes = 32;
const saltBytes = 16;
/** Begins what is no hash but a sealed secret. */
const sealedMark = '$sealed$';
const sealContext = 'client_secret';
/** PBKDF2 computations at a time, and how many may wait. */
const mostRunning = 2;
const mostWaiting = 128;
const rememberMillis = 60_000;
const mostRemembered = 10_000;

/** base64 without padding, as Go's RawStdEncoding writes it. */
const raw = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

export function createClientSecrets(options: {
  /** For secrets that must be had back (docs/decisions/0030). */
  seal: Seal;
  random: (bytes: number) => Buffer;
  /** Milliseconds since the epoch. */
  now: () => number;
}): ClientSecrets {
  const { seal, random, now } = options;
  // Lives and dies with the process, so a copy of the memory's keys says nothing about secrets elsewhere.
  const memoryKey = createSecretKey(random(32));
  const remembered = new Map<string, number>();
  const verifying = new Map<string, Promise<boolean>>();
  const limit = createLimit();

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
      pending = limit(() => matchesDerived(secret, hash))
        .then((matches) => {
          if (matches) {
            remembered.delete(memory);
            if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value as string);
            remembered.set(memory, now() + rememberMillis);
          }
          return matches;
        })
        .finally(() => verifying.delete(memory));
      verifying.set(memory, pending);
    }
    return pending;
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
      const hash = await limit(() => derive(secret, salt, iterations, hashBytes, 'sha256'));
      return `$pbkdf2-sha256$i=${String(iterations)},l=${String(hashBytes)}$${raw(salt)}$${raw(hash)}`;
    },
    recover: opened,
    async verify(clientId, secret, hashes) {
      if (Buffer.byteLength(secret) > longestSecret) return false;
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

const fastHash = (salt: Buffer, secret: string) => createHmac('sha256', salt).update(secret).digest();

function matchesFast(secret: string, hash: string): boolean {
  const [, , salt = '', expected = ''] = hash.split('$');
  return sameBytes(fastHash(Buffer.from(salt, 'base64'), secret), Buffer.from(expected, 'base64'));
}

const sameBytes = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);

async function matchesDerived(secret: string, hash: string): Promise<boolean> {
  const parts = /^\$pbkdf2-sha256\$i=(\d{1,7}),l=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (parts === null) return false;
  const [, rounds = '', length = '', salt = '', expected = ''] = parts;
  if (Number(rounds) < 1 || Number(length) < 16) return false;
  const computed = await derive(secret, Buffer.from(salt, 'base64'), Number(rounds), Number(length), 'sha256');
  return sameBytes(computed, Buffer.from(expected, 'base64'));
}

/** Runs a few at a time, lets some wait and turns the rest away, so that guessing secrets cannot starve the thread pool. */
function createLimit(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= mostRunning) {
      if (waiting.length >= mostWaiting) {
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
