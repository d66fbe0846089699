// Makes a directory once for all runs and processes: built beside its place, stamped, then renamed, so that what a killed run
// left half done is never taken for whole.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './locks.js';
import type { Progress } from './progress.js';

const stamp = '.complete';

export interface Once {
  readonly path: string;
  readonly progress: Progress;
  /** Fills the empty directory it is given. */
  build(directory: string): Promise<void>;
  /** A last doubt about one that is whole: whether it still suits this machine. */
  works?(directory: string): Promise<boolean>;
}

/** The path of the finished directory. Throws what `build` throws, or when its result does not work. */
export async function once(options: Once): Promise<string> {
  if (await usable(options)) return options.path;
  return withLock(`${options.path}.lock`, options.progress, async () => {
    if (await usable(options)) return options.path;
    const partial = `${options.path}.partial`;
    rmSync(partial, { recursive: true, force: true });
    rmSync(options.path, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    await options.build(partial);
    writeFileSync(path.join(partial, stamp), '');
    renameSync(partial, options.path);
    if (!(await usable(options))) throw new Error(`${options.path} was made, but does not run on this machine`);
    return options.path;
  });
}

async function usable(options: Once): Promise<boolean> {
  if (!existsSync(path.join(options.path, stamp))) return false;
  return options.works === undefined || options.works(options.path);
}
