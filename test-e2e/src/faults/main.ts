// `npm run faults`: builds a house, makes one fault after the other, and tells what its clients were told (security §4).
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { catalogue, shortCatalogue } from './catalogue.js';
import type { Options } from './options.js';
import { help, list, readOptions, UsageError } from './options.js';
import type { Outcome } from './outcome.js';
import { isGreen } from './outcome.js';
import { runAll } from './run-all.js';
import { markdownTable, showTable, writeSection } from './table.js';

const progress = (sentence: string) => void process.stderr.write(`${sentence}\n`);

/** @returns the exit code: 0, 1 when an invariant broke, 2 when the command line was wrong */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readOptions(
      argv,
      catalogue.map(({ id }) => id),
    );
    if (options === 'help' || options.list) {
      process.stdout.write(options === 'help' ? help(catalogue) : `${list(catalogue)}\n`);
      return 0;
    }
    const faults = options.short ? shortCatalogue : catalogue;
    const chosen = faults.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
    const told = { stop: false };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (told.stop = true));
    const outcomes = await runAll(chosen, { options, progress, stopped: () => told.stop });
    report(outcomes, options);
    return outcomes.every(isGreen) ? 0 : 1;
  } catch (error) {
    progress(`faults: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function report(outcomes: readonly Outcome[], options: Options): void {
  process.stdout.write(options.json ? `${JSON.stringify(outcomes, undefined, 2)}\n` : `${showTable(outcomes)}\n`);
  if (options.write === undefined) return;
  const green = outcomes.filter(isGreen).length;
  const words =
    `Made on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} on ${String(os.availableParallelism())} cores, ` +
    `${String(options.seconds)} seconds a fault, ${String(options.lanes)} things at once: ${String(green)} of ${String(outcomes.length)} rows hold.`;
  writeFileSync(
    options.write,
    writeSection(readFileSync(options.write, 'utf8'), `${words}\n\n${markdownTable(outcomes)}`),
  );
}
