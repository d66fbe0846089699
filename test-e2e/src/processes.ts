// Runs one service as an operator would, `cardea serve NAME --config FILE`, and waits until it says that it is ready.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A service of the test's own. */
export interface Served {
  /** Everything it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

// A machine may be so busy that loading the program takes half a minute.
const patienceMillis = 120_000;

/** @param readyUrl answers 200 once the service is ready @throws with its log when it ends before that, or is too late */
export async function serve(name: string, configs: readonly string[], readyUrl: string): Promise<Served> {
  const words = ['serve', name, ...configs.flatMap((file) => ['--config', file])];
  const child = spawn(process.execPath, [path.join(root, 'cli/bin/cardea.js'), ...words], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = Date.now() + patienceMillis;
  for (;;) {
    const answer = await fetch(readyUrl).catch(() => undefined);
    if (answer?.status === 200) break;
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not become ready:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
