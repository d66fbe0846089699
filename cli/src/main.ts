// Runs one `cardea` command line and answers its exit code; whatever fails is one line that says what to do.
import { CommanderError } from 'commander';
import { createInterface } from 'node:readline/promises';
import { exitCodes, Failure } from './failure.js';
import { pastedLast } from './pasted.js';
import { createProgram } from './program.js';
import { usageSentence } from './usage-sentence.js';

/** Where the command reads and writes. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  /** Asks the person a question; undefined when nobody sits there. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

const ofProcess: Surroundings = {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  async input() {
    let text = '';
    for await (const piece of process.stdin.setEncoding('utf8')) text += String(piece);
    return text;
  },
  confirm: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : undefined,
};

async function askOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

/**
 * @param argv the words after `cardea`
 * @returns 0, or one of `exitCodes`
 */
export async function main(argv: readonly string[], given: Partial<Surroundings> = {}): Promise<number> {
  const surroundings = { ...ofProcess, ...given };
  const { words, debug } = withoutDebug(argv, surroundings.env);
  const program = await createProgram(surroundings, words);
  try {
    await program.parseAsync([...pastedLast(words)], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // `--help` ends this way too, and help that stands for a missing word has been written already.
      if (error.exitCode === 0) return 0;
      if (error.code !== 'commander.help') surroundings.err(`cardea: ${usageSentence(program, words, error)}\n`);
      return exitCodes.refused;
    }
    surroundings.err(`cardea: ${sentenceOf(error)}\n`);
    if (debug) surroundings.err(stackOf(error));
    return error instanceof Failure ? error.exitCode : exitCodes.refused;
  }
}

/** `--debug` may stand anywhere, with any command. */
function withoutDebug(argv: readonly string[], env: Surroundings['env']): { words: readonly string[]; debug: boolean } {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const words = argv.filter((word, index) => word !== '--debug' || index > end);
  return { words, debug: words.length < argv.length || (env['CARDEA_DEBUG'] ?? '') !== '' };
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // By its name, for its class would bring all of @cardea/service along.
  if (error.name === 'ConfigError') return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  // A refused connection to several addresses has no message of its own.
  const message = error.message === '' ? (code ?? error.name) : error.message;
  return code === 'ECONNREFUSED' ? `${message}: is PostgreSQL running where dsn (environment: DSN) says?` : message;
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return `${String(error)}\n`;
  const cause = 'cause' in error && error.cause !== undefined ? `caused by: ${stackOf(error.cause)}` : '';
  return `${String(error.stack)}\n${cause}`;
}
