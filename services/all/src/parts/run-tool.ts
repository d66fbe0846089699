// Runs a program to its end and gives its output; when it fails, the error says which, how, and its last words.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export interface ToolOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Standard output. Throws when the program is missing, fails or is killed. */
export function runTool(file: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { input, ...how } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...how, stdio: ['pipe', 'pipe', 'pipe'] });
    // What we began does not go on without us.
    const end = (): boolean => child.kill();
    process.once('exit', end);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // One that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', end);
      if (code === 0) return resolve(stdout);
      const words = (stderr.trim() || stdout.trim()).split('\n').slice(-6).join('\n');
      reject(new Error(`${path.basename(file)} ended with ${signal ?? `code ${String(code)}`}: ${words}`));
    });
  });
}

/** Whether it runs and ends well: the only proof that a program has all its libraries. */
export async function runs(file: string, args: readonly string[], env?: ToolOptions['env']): Promise<boolean> {
  try {
    await runTool(file, args, env === undefined ? {} : { env: { ...process.env, ...env } });
    return true;
  } catch {
    return false;
  }
}

/** The first of these programs that PATH has, by its whole path. */
export function onPath(...names: readonly string[]): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter).filter((each) => each !== '');
  return names.flatMap((name) => directories.map((each) => path.join(each, name))).find(executable);
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
