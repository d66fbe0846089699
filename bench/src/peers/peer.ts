// Other providers, measured in the same run: npm's oidc-provider in processes of ours, and one that runs already and speaks Hydra's
// API.
import { launchPostgres } from '@cardea/all';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenTarget } from '../target.js';

/** A provider beside ours. */
export interface Peer extends OpenTarget {
  readonly name: string;
}

/** What `--peer-…` said of one that runs already. */
export interface RunningPeer {
  readonly public: string;
  readonly admin: string;
  readonly pids: Readonly<Record<string, number>>;
}

/** @throws when it is not what it should be */
export async function attachPeer({ public: origin, admin, pids }: RunningPeer): Promise<Peer> {
  const answer = await fetch(`${origin}/.well-known/openid-configuration`);
  const { issuer } = (await answer.json()) as { issuer: string };
  const target = { public: origin, admin, issuer, introspection: '', hsm: false, pids };
  return { name: 'peer', target, close: () => Promise.resolve() };
}

/** @param base the first of two ports @param progress is given what PostgreSQL's start says */
export async function startOidcProviders(base: number, progress: (text: string) => void): Promise<Peer[]> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'cardea-bench-peer-'));
  const cache = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../.cache');
  // Settings as the demo has them: what is compared is the program.
  const postgres = await launchPostgres({ directory: home, cache, port: base + 2, progress });
  const done = async (): Promise<void> => {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const memory = await startOne('oidc-provider, in memory', base, undefined);
    const durable = await startOne('oidc-provider, PostgreSQL', base + 1, postgres.dsn);
    const pids = { ...durable.target.pids, postgres: postgres.pid };
    return [
      memory,
      {
        ...{ name: durable.name, target: { ...durable.target, pids } },
        close: () => durable.close().then(done),
      },
    ];
  } catch (error) {
    await done();
    throw error;
  }
}

async function startOne(name: string, port: number, dsn: string | undefined): Promise<Peer> {
  const main = fileURLToPath(new URL('oidc-provider-main.js', import.meta.url));
  const env = { ...process.env, NODE_ENV: 'production' };
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  const child = fork(main, [String(port), ...(dsn === undefined ? [] : [dsn])], { env, stdio: [...stdio] });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${String(code)}`)));
  });
  const origin = `http://127.0.0.1:${String(port)}`;
  const pids = { 'oidc-provider': child.pid ?? 0 };
  const target = { public: origin, admin: origin, issuer: origin, introspection: '', hsm: false, pids };
  return {
    ...{ name, target: { ...target, dialect: 'oidc-provider' as const } },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
