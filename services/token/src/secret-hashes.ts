// Slow hashes of chosen secrets, in Hydra's spellings: PBKDF2 by node, bcrypt and argon2 by their packages, all off the event loop.
import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface HasherSettings {
  readonly algorithm: 'pbkdf2' | 'bcrypt';
  readonly bcryptCost: number;
  readonly pbkdf2Iterations: number;
}

/** bcrypt reads no further, bytes. */
export const longestBcryptSecret = 72;

const derive = promisify(pbkdf2);
const hashBytes = 32;
const saltBytes = 16;
const bcryptShape = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;
const pbkdf2Shape = /^\$pbkdf2-(sha(?:256|384|512))\$i=(\d{1,7}),l=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const argon2Shape =
  /^\$argon2(?:id|i|d)\$v=\d{1,3}\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;
/** What one comparison may take, KiB and passes: a row of the database must not take the process down. */
const mostArgon2 = { memory: 256 * 1024, passes: 32 };

/** Loaded when the first such hash comes by: most installations have none. */
const loadBcrypt = async () => (await import('bcrypt')).default;
const loadArgon2 = () => import('@node-rs/argon2');

/** base64 without padding, as Go's RawStdEncoding writes it. */
export const rawBase64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

export async function hashChosenSecret(
  secret: string,
  { algorithm, bcryptCost, pbkdf2Iterations }: HasherSettings,
  random: (bytes: number) => Buffer,
): Promise<string> {
  if (algorithm === 'bcrypt') return (await loadBcrypt()).hash(secret, bcryptCost);
  const salt = random(saltBytes);
  const hash = await derive(secret, salt, pbkdf2Iterations, hashBytes, 'sha256');
  return `$pbkdf2-sha256$i=${String(pbkdf2Iterations)},l=${String(hashBytes)}$${rawBase64(salt)}$${rawBase64(hash)}`;
}

/** Whether a secret matches a slow hash; one that cannot be read matches nothing. */
export async function matchesChosenSecret(secret: string, hash: string): Promise<boolean> {
  if (bcryptShape.test(hash)) return (await loadBcrypt()).compare(secret, hash);
  if (hash.startsWith('$argon2')) return matchesArgon2(secret, hash);
  const [, digest = '', rounds = '', length = '', salt = '', expected = ''] = pbkdf2Shape.exec(hash) ?? [];
  if (Number(rounds) < 1 || Number(length) < 16) return false;
  const computed = await derive(secret, Buffer.from(salt, 'base64'), Number(rounds), Number(length), digest);
  return sameBytes(computed, Buffer.from(expected, 'base64'));
}

async function matchesArgon2(secret: string, hash: string): Promise<boolean> {
  const [, memory, passes] = argon2Shape.exec(hash) ?? [];
  if (!(Number(memory) <= mostArgon2.memory && Number(passes) <= mostArgon2.passes)) return false;
  const { verify } = await loadArgon2();
  // What it refuses to read matches nothing either.
  return verify(hash, secret).catch(() => false);
}

export const sameBytes = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);
