// The state directory of a demo: where things are in it, and that one demo at a time uses it.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { removeParts } from '../parts/index.js';
import { tryLock } from '../parts/locks.js';

/** A state directory that this process has to itself. */
export interface Home {
  readonly directory: string;
  /** Path of something in it. */
  readonly at: (...names: string[]) => string;
  /** Where the launchers of PostgreSQL, Redis and the HSM keep theirs. */
  readonly parts: string;
  /** True when the run before did not end by itself. */
  readonly abandoned: boolean;
  release(): void;
}

const rooms = ['secrets', 'config', 'logs', 'run', 'parts'] as const;
const lockName = 'demo.lock';
/** What was done once and need not be done again. */
export const preparedName = 'prepared';

/**
 * @param reset forget what earlier runs left
 * @throws an Error when a demo that runs has it
 */
export function claimHome(directory: string, reset: boolean): Home {
  const lockFile = path.join(directory, lockName);
  const abandoned = existsSync(lockFile);
  const lock = tryLock(lockFile);
  if ('by' in lock) {
    throw new Error(
      `process ${String(lock.by)} runs a demo with ${directory}: stop it, or set CARDEA_HOME to another directory`,
    );
  }
  const at = (...names: string[]) => path.join(directory, ...names);
  const parts = at('parts');
  if (reset) {
    removeParts({ directory: parts });
    // By name, and nothing else: CARDEA_HOME may be any directory.
    for (const name of [...rooms, preparedName]) rmSync(at(name), { recursive: true, force: true });
  }
  for (const room of rooms) {
    // PostgreSQL may run as another user, who must get through to its data.
    mkdirSync(at(room), { recursive: true, mode: room === 'parts' ? 0o755 : 0o700 });
  }
  return { directory, at, parts, abandoned, release: () => lock.release() };
}

/** What a unix socket's path may measure (unix(7): 108 bytes with the final NUL, 104 on macOS). */
const longestSocket = 100;

/** The socket of the keys service; in a short directory of its own when the state directory's path is long. */
export function socketIn(home: Home): { readonly path: string; remove(): void } {
  const own = home.at('run', 'keys.sock');
  if (Buffer.byteLength(own) <= longestSocket) return { path: own, remove: () => rmSync(own, { force: true }) };
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-'));
  return {
    path: path.join(directory, 'keys.sock'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
