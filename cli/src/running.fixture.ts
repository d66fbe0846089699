// All services in this process, on a database of their own, for tests of the commands: real PostgreSQL, gRPC and HTTP.
import { service as admin } from '@cardea/admin';
import { service as gateway } from '@cardea/gateway';
import { service as keys } from '@cardea/keys';
import type { Log, RunningService, Service } from '@cardea/service';
import { loadConfig, startService } from '@cardea/service';
import { connectForMigrations, service as token } from '@cardea/token';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { main } from './main.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a test gives a command beside its words. */
export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What the person answers; undefined when nobody sits there. */
  readonly confirm?: boolean;
  /** Told of everything on stderr as it comes. */
  readonly heard?: (text: string) => void;
}

export interface Running {
  readonly public: string;
  readonly admin: string;
  readonly dsn: string;
  /** The settings that all services have, for commands that read the configuration. */
  readonly env: Readonly<Record<string, string>>;
  /** A directory of the test's own. */
  readonly directory: string;
  /** Runs a command that knows where the APIs are. */
  cardea(words: readonly string[], given?: Given): Promise<Outcome>;
  /** Writes a file into the directory and answers its path. */
  write(name: string, text: string): string;
  stop(): Promise<void>;
}

/** Runs a command in this process. */
export async function run(
  words: readonly string[],
  { env = {}, input = '', confirm, heard }: Given = {},
): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await main(words, {
    env,
    out: (text) => void (out += text),
    err(text) {
      err += text;
      heard?.(text);
    },
    input: () => Promise.resolve(input),
    confirm: confirm === undefined ? undefined : () => Promise.resolve(confirm),
  });
  return { code, out, err };
}

/** Ports that nobody listens on right now. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
      return probe;
    }),
  );
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

async function onServer(statement: string): Promise<void> {
  const session = await connectForMigrations(neededDsn());
  try {
    await session.query(statement);
  } finally {
    await session.end();
  }
}

function neededDsn(): string {
  const dsn = process.env['CARDEA_TEST_DSN'];
  if (dsn === undefined) throw new Error('CARDEA_TEST_DSN is not set: run these tests through `npm test`');
  return dsn;
}

/** @param settings further settings, by the names of the environment */
export async function startRunning(settings: Readonly<Record<string, string>> = {}): Promise<Running> {
  const name = `cardea_cli_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const dsn = Object.assign(new URL(neededDsn()), { pathname: `/${name}` }).toString();
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-cli-'));
  const socket = (of: string) => `unix:${path.join(directory, of)}.sock`;
  const urls: Record<string, string> = {};
  const running: RunningService[] = [];
  const ports = { SERVE_PUBLIC_PORT: '0', SERVE_ADMIN_PORT: '0' };
  const management = ['GATEWAY', 'ADMIN', 'TOKEN', 'KEYS'].map((each) => [`SERVE_MANAGEMENT_${each}`, '0']);
  // The gateway comes last, but everybody has to know its address.
  const [publicPort] = await freePorts(1);
  const env: Record<string, string> = {
    ...(Object.fromEntries(management) as Record<string, string>),
    ...ports,
    SERVE_PUBLIC_PORT: String(publicPort),
    SERVE_PUBLIC_HOST: '127.0.0.1',
    SERVE_ADMIN_HOST: '127.0.0.1',
    SERVE_TOKEN_ADDRESS: socket('token'),
    SERVE_KEYS_ADDRESS: socket('keys'),
    DSN: dsn,
    SECRETS_SYSTEM: randomBytes(16).toString('hex'),
    KEYS_KEK: randomBytes(32).toString('base64'),
    URLS_SELF_ISSUER: `http://127.0.0.1:${String(publicPort)}`,
    URLS_LOGIN: 'http://127.0.0.1:9/login',
    URLS_CONSENT: 'http://127.0.0.1:9/consent',
    ...settings,
  };
  const start = async (service: Service) => {
    const quiet = () => undefined;
    const info = (fields: object) => void ('url' in fields && (urls[service.name] = String(fields.url)));
    const log: Log = { debug: quiet, warn: quiet, error: quiet, info };
    running.push(await startService(service, loadConfig({ env }), { log }));
  };
  const stop = async () => {
    for (const service of running.reverse()) await service.stop();
    await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    for (const words of [
      ['migrate', 'up'],
      ['keys', 'bootstrap'],
    ]) {
      const { code, err } = await run(words, { env });
      if (code !== 0) throw new Error(`${words.join(' ')}: ${err}`);
    }
    for (const service of [keys, token, admin, gateway]) await start(service);
    const until = Date.now() + 15_000;
    while (Date.now() < until && (await fetch(`${String(urls['gateway'])}/.well-known/jwks.json`)).status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const places = { CARDEA_ADMIN_URL: String(urls['admin']), CARDEA_PUBLIC_URL: String(urls['gateway']) };
  return {
    ...{ public: places.CARDEA_PUBLIC_URL, admin: places.CARDEA_ADMIN_URL, dsn, env, directory, stop },
    cardea: (words, given = {}) => run(words, { ...given, env: { ...places, ...given.env } }),
    write(file, text) {
      const target = path.join(directory, file);
      writeFileSync(target, text);
      return target;
    },
  };
}
