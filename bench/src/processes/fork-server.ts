// Starts a server of the benchmark's own in a process of its own: a module that listens, and sends a message when it does.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ForkedServer {
  readonly pid: number;
  close(): Promise<void>;
}

/** @param name as people know it @throws when it ends instead of listening */
export async function forkServer(name: string, module: URL, args: readonly string[]): Promise<ForkedServer> {
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = fork(fileURLToPath(module), args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${String(code)}`)));
  });
  return {
    pid: child.pid ?? 0,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
