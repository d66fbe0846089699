// `npm run soak`: two of everything under a steady load with faults inside, and what has grown afterwards (security §5, issue 6).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildHouse } from '../faults/house.js';
import { showBreach, writeSection } from '../faults/table.js';
import type { Options } from './options.js';
import { help, readOptions, UsageError } from './options.js';
import { complaints } from './outcome.js';
import { soak } from './soak.js';
import { showSoak } from './tables.js';

const progress = (sentence: string) => void process.stderr.write(`${sentence}\n`);

/** @returns the exit code: 0, 1 when something does not hold, 2 when the command line was wrong */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readOptions(argv);
    if (options === 'help') {
      process.stdout.write(help);
      return 0;
    }
    const outcome = await inHouse(options);
    for (const breach of outcome.breaches) progress(showBreach(breach));
    process.stdout.write(options.json ? `${JSON.stringify(outcome, undefined, 2)}\n` : `${showSoak(outcome)}\n`);
    if (options.write !== undefined) {
      const words = `Made on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} on ${String(os.availableParallelism())} cores.`;
      const document = readFileSync(options.write, 'utf8');
      writeFileSync(
        options.write,
        writeSection(document, `${words}\n\n${showSoak(outcome)}`, 'npm run soak -- --write'),
      );
    }
    return complaints(outcome).length === 0 ? 0 : 1;
  } catch (error) {
    progress(`soak: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function inHouse(options: Options): Promise<Awaited<ReturnType<typeof soak>>> {
  const probes = mkdtempSync(path.join(os.tmpdir(), 'cardea-soak-'));
  const environment = {
    NODE_OPTIONS: `--import=${fileURLToPath(new URL('probe.js', import.meta.url))}`,
    CARDEA_SOAK_PROBES: probes,
  };
  const house = await buildHouse({ hsm: true, progress, environment });
  const told = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => told.abort());
  try {
    return await Promise.race([
      soak(house, probes, options, progress),
      sleep(2 ** 31 - 1, undefined, { signal: told.signal, ref: false }).then(
        () => Promise.reject(new Error('too long')),
        () => Promise.reject(new Error('told to stop')),
      ),
    ]);
  } finally {
    await house.stop();
    rmSync(probes, { recursive: true, force: true });
    // Whoever still asks asks nobody.
    if (told.signal.aborted) process.exit(1);
  }
}
