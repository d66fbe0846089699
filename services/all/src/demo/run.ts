// The demo as a command: reads its order, starts everything, says where it is, and ends everything when told to.
import { workInTurns } from '@cardea/service';
import path from 'node:path';
import { jsonLine, welcome } from './announce.js';
import type { DemoOrder } from './arguments.js';
import { demoHelp, OrderError, readOrder } from './arguments.js';
import { createCrew } from './crew.js';
import { claimHome, socketIn } from './home.js';
import { createProgress } from './progress.js';
import { startDemo } from './start.js';

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

/**
 * Runs until SIGINT, SIGTERM or SIGHUP.
 *
 * @param options.root the clone
 * @param options.argv the words after the script's name
 * @returns an exit code
 */
export async function runDemo(options: {
  readonly root: string;
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}): Promise<number> {
  try {
    const order = readOrder(options.argv);
    if (order === 'help') {
      out(demoHelp);
      return 0;
    }
    // `npm run` changes into the clone; files are named from where it was typed.
    const typedIn = options.env['npm_lifecycle_event'] === 'demo' ? options.env['INIT_CWD'] : undefined;
    const config = order.config.map((file) => path.resolve(typedIn ?? '', file));
    await demo({ ...order, config }, options);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    err(`demo: ${error instanceof OrderError ? message : `it cannot run: ${message}`}\n`);
    return 1;
  }
}

async function demo(order: DemoOrder, { root, env }: { root: string; env: NodeJS.ProcessEnv }): Promise<void> {
  const progress = createProgress(err, Date.now);
  const home = claimHome(path.resolve(env['CARDEA_HOME'] ?? path.join(root, '.cardea')), order.reset);
  const socket = socketIn(home);
  const crew = createCrew(progress, Date.now);
  const told = signalled(env['npm_lifecycle_event'] === 'demo');
  // So do all that it starts.
  await workInTurns();
  const starting = startDemo({ order, root, env, home, socket: socket.path, crew, progress });
  try {
    const facts = await Promise.race([starting, told]);
    if (facts !== undefined) {
      crew.keepRunning();
      out(order.json ? jsonLine(facts) : welcome(facts, home.directory));
      await told;
    }
  } finally {
    if (Object.keys(crew.pids()).length > 0) progress('ending everything');
    await crew.stop();
    // A start that was interrupted hands over what it had begun, and that ends, too.
    await starting.catch(() => undefined);
    await crew.stop();
    socket.remove();
    home.release();
  }
}

/** Below this a second signal is the first one come twice: from the terminal, and from npm, which passes it on. */
const echoMillis = 1_000;

/** How often we look whether npm is still there. */
const parentMillis = 500;

/**
 * Settles at the first signal. A later one ends this process at once, and its end ends all it started.
 *
 * @param underNpm a parent that has gone counts as a signal: npm does not pass on what kills it
 */
function signalled(underNpm: boolean): Promise<undefined> {
  return new Promise((resolve) => {
    const parent = process.ppid;
    const look = () => {
      if (underNpm && process.ppid !== parent) resolve(undefined);
    };
    setInterval(look, parentMillis).unref();
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        first ??= Date.now();
        if (Date.now() - first > echoMillis) process.exit(1);
        resolve(undefined);
      });
    }
  });
}
