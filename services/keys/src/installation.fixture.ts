// The keys service as a real process, bundled from this source, with a client on its unix socket.
import { connectPeer, jsonWebKeyV1, keyAdminV1, signingV1 } from '@cardea/rpc';
import type { ClientOf } from '@cardea/rpc';
import type { ChildProcess } from 'node:child_process';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BootstrapResult } from './bootstrap.js';

export const issuer = 'https://id.example/';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** Node programs made of this room's source. */
export interface Programs {
  readonly directory: string;
  remove(): void;
}

/** Bundles below node_modules, where third-party packages resolve. */
export function bundlePrograms(): Programs {
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(path.join(cache, 'cardea-keys-'));
  const entry = (name: string, file: string) => `${name}=services/keys/src/${file}`;
  execFileSync(
    path.join(root, 'node_modules', '.bin', 'esbuild'),
    [
      entry('main', 'main.ts'),
      entry('thread', 'hsm/thread.ts'),
      entry('bootstrap', 'bootstrap.fixture.ts'),
      entry('faults', 'hsm/session-faults.fixture.ts'),
      entry('repairs', 'hsm/repairs.fixture.ts'),
      entry('make-objects', 'hsm/make-objects.fixture.ts'),
      entry('intruder', 'hsm/intruder.fixture.ts'),
      `--outdir=${directory}`,
      ...['--bundle', '--format=esm', '--platform=node', '--target=node20', '--conditions=source'],
      ...['--packages=external', '--out-extension:.js=.js', '--log-level=error'],
      ...['oauth', 'rpc', 'service'].map((lib) => `--alias:@cardea/${lib}=./libs/${lib}/src/index.ts`),
    ],
    { cwd: root, stdio: 'pipe' },
  );
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

type Environment = Readonly<Record<string, string>>;

/**
 * @returns what it wrote to stdout
 * @throws {Error} with what it wrote to stderr
 */
export async function runProgram(programs: Programs, name: string, environment: Environment): Promise<string> {
  const { stdout } = await run(process.execPath, [path.join(programs.directory, `${name}.js`)], {
    env: { ...process.env, URLS_SELF_ISSUER: issuer, ...environment },
  });
  return stdout;
}

export async function bootstrap(programs: Programs, environment: Environment): Promise<BootstrapResult> {
  return JSON.parse(await runProgram(programs, 'bootstrap', environment)) as BootstrapResult;
}

export interface KeysProcess {
  readonly signing: ClientOf<typeof signingV1.SigningServiceService>;
  readonly admin: ClientOf<typeof keyAdminV1.KeyAdminServiceService>;
  readonly jsonWebKeys: ClientOf<typeof jsonWebKeyV1.JsonWebKeyServiceService>;
  /** Where it answers gRPC. */
  readonly address: string;
  readonly pid: number;
  /** Everything it logged. */
  readonly log: () => string;
  /** `/health/ready`: the status and the reasons. */
  ready(): Promise<{ ok: boolean; reasons: string }>;
  /** Waits until readiness is as said. */
  becomes(ok: boolean): Promise<void>;
  metrics(): Promise<string>;
  /** @returns the exit code */
  stop(): Promise<number | null>;
}

export async function startKeys(programs: Programs, environment: Environment): Promise<KeysProcess> {
  const home = mkdtempSync(path.join(tmpdir(), 'cardea-keys-'));
  const address = `unix:${path.join(home, 'keys.sock')}`;
  const management = await freePort();
  let text = '';
  const child: ChildProcess = spawn(process.execPath, [path.join(programs.directory, 'main.js')], {
    env: {
      ...process.env,
      URLS_SELF_ISSUER: issuer,
      SERVE_KEYS_ADDRESS: address,
      SERVE_MANAGEMENT_KEYS: String(management),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the keys service did not start: ${text}`);
    return text.includes('serving gRPC');
  });

  const peer = connectPeer({ addresses: [address], security: { kind: 'plain' } });
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${String(management)}/health/ready`);
    return { ok: response.status === 200, reasons: await response.text() };
  };
  const signing = peer.client(signingV1.SigningServiceService, { hot: true });
  // A first connection may take longer than calls wait for one.
  const answers = () =>
    signing.listPublicKeys({}).then(
      () => true,
      (error: unknown) => !String(error).includes('cannot be reached'),
    );
  await until(answers);
  return {
    signing,
    admin: peer.client(keyAdminV1.KeyAdminServiceService),
    jsonWebKeys: peer.client(jsonWebKeyV1.JsonWebKeyServiceService),
    address,
    pid: child.pid ?? 0,
    log: () => text,
    ready,
    becomes: (ok) => until(async () => (await ready()).ok === ok),
    metrics: async () => (await fetch(`http://127.0.0.1:${String(management)}/metrics`)).text(),
    async stop() {
      await peer.close();
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      rmSync(home, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** What a service begins at once can take this long on a machine that does thirty things at a time. */
const patienceMillis = 120_000;

/** Asks again and again, until it is so or two minutes are over. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMillis; Date.now() < end; await sleep(100)) if (await holds()) return;
  throw new Error('it did not come to pass');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
