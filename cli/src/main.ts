// Runs one `cardea` command line and answers its exit code; whatever fails is one line that says what to do.
import { CommanderError } from 'commander';
import { ConfigError } from '@cardea/service';
import { createProgram } from './program.js';

/** Where the command reads and writes. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const ofProcess: Surroundings = {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/**
 * @param argv the words after `cardea`
 * @returns 0, or 1 when something failed
 */
export async function main(argv: readonly string[], surroundings: Surroundings = ofProcess): Promise<number> {
  try {
    await createProgram(surroundings).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said it already, and also ends `--help` this way.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    surroundings.err(`cardea: ${sentenceOf(error)}\n`);
    return 1;
  }
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  // A refused connection to several addresses has no message of its own.
  const message = error.message === '' ? (code ?? error.name) : error.message;
  return code === 'ECONNREFUSED' ? `${message}: is PostgreSQL running where dsn (environment: DSN) says?` : message;
}
