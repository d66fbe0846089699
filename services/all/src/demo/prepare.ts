// Brings the schema up to date and creates the first keys, as an operator would, and remembers what it was done for.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Progress } from '../parts/index.js';
import type { Program } from './processes.js';
import { runProgram } from './processes.js';

/**
 * @param options.memory file that remembers; undefined for a database that others may empty behind our back
 * @param options.subject what the work was done for: another subject does it again
 */
export async function prepareOnce(options: {
  readonly memory: string | undefined;
  readonly subject: string;
  readonly migrate: Program;
  readonly bootstrap: Program;
  readonly progress: Progress;
}): Promise<void> {
  const { memory, subject, migrate, bootstrap, progress } = options;
  if (memory !== undefined && existsSync(memory) && readFileSync(memory, 'utf8') === subject) return;
  const last = (await runProgram(migrate)).trim().split('\n').at(-1) ?? '';
  progress(`schema: ${last}`);
  const { created } = JSON.parse(lastLine(await runProgram(bootstrap))) as { created: readonly unknown[] };
  progress(created.length === 0 ? 'signing keys are there' : `signing keys: ${String(created.length)} created`);
  if (memory !== undefined) writeFileSync(memory, subject);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** A short name for the contents of directories and texts. */
export function fingerprint(directories: readonly string[], texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\0`);
  for (const directory of directories.filter((each) => existsSync(each))) {
    for (const name of readdirSync(directory).sort())
      hash.update(name).update(readFileSync(path.join(directory, name)));
  }
  return hash.digest('hex');
}
