// wrk, which makes the benchmark's load: what PATH has, else Debian's package unpacked privately.
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { onPath, runs } from './run-tool.js';

export interface LoadTool {
  readonly executablePath: string;
  readonly environment: Record<string, string>;
}

/** Undefined, after a sentence that says why, where it cannot be had. */
export async function findWrk(options: {
  readonly cache: string;
  readonly progress: Progress;
}): Promise<LoadTool | undefined> {
  const found = onPath('wrk');
  if (found !== undefined) return { executablePath: found, environment: {} };
  const within = (root: string): string => path.join(root, 'usr/bin/wrk');
  try {
    const tool = await debianTool({
      name: 'wrk',
      packages: ['wrk'],
      cache: path.resolve(options.cache),
      progress: options.progress,
      works: ({ root, environment }) => links(within(root), environment),
      otherwise: 'install wrk',
    });
    return { executablePath: within(tool.root), environment: { ...tool.environment } };
  } catch (error) {
    options.progress((error as Error).message);
    return undefined;
  }
}

/** wrk --version ends with code 1 though all is well; what tells is that it has said its name. */
async function links(file: string, environment: Readonly<Record<string, string>>): Promise<boolean> {
  return runs('/bin/sh', ['-c', '"$0" --version 2>&1 | grep -q "^wrk "', file], environment);
}
