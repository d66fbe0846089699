// PostgreSQL and Redis of the house: real ones, which end, freeze, start again and take orders past every wire.
import type { Launched } from '@cardea/all';
import { launchPostgres, launchRedis } from '@cardea/all';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import pg from 'pg';
import { sendSignal } from './send-signal.js';

/** A server that can be treated badly. */
export interface Server {
  readonly port: number;
  pid(): number;
  /** @param environment variables beside its own */
  start(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Asks it to end with this signal, and settles when it has. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** It and all processes it has started. */
  signalAll(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface Postgres extends Server {
  /** As it is reached without a wire. */
  readonly dsn: string;
  /** Runs statements past every wire, as its superuser. @returns the rows of the last one */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
}

export interface Redis extends Server {
  /** Runs a command past every wire. @returns what it says, raw */
  command(line: string): Promise<string>;
}

/** What pg answers to a text: of several statements, one each. */
interface Result {
  readonly rows: readonly Record<string, unknown>[];
}

export interface Place {
  readonly directory: string;
  readonly cache: string;
  readonly port: number;
  readonly progress: (sentence: string) => void;
}

export function serverOf(
  port: number,
  launch: (environment?: Readonly<Record<string, string>>) => Promise<Launched>,
): Server {
  let current: Launched | undefined;
  let over = true;
  return {
    port,
    pid: () => current?.pid ?? 0,
    async start(environment) {
      if (!over) return;
      const launched = await launch(environment);
      current = launched;
      over = false;
      void launched.exited.then(() => (over = true));
    },
    async end(signal) {
      if (over || current === undefined) return;
      sendSignal(current.pid, signal);
      await current.exited;
    },
    signalAll(signal) {
      for (const pid of familyOf(current?.pid ?? 0)) sendSignal(pid, signal);
    },
    async stop() {
      if (over || current === undefined) return;
      for (const pid of familyOf(current.pid)) sendSignal(pid, 'SIGCONT');
      await current.stop();
    },
  };
}

export async function startPostgres(place: Place): Promise<Postgres> {
  let dsn = '';
  const server = serverOf(place.port, async (environment) => {
    const launched = await launchPostgres({ ...place, environment });
    dsn = launched.dsn;
    return launched;
  });
  await server.start();
  return {
    ...server,
    dsn,
    sql: (text) => runSql(dsn, text),
  };
}

/** Runs statements on a connection of its own. @returns the rows of the last one */
export async function runSql(dsn: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const results = (await client.query(text)) as unknown as Result | Result[];
    return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? [];
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function startRedis(place: Place): Promise<Redis> {
  const server = serverOf(place.port, () => launchRedis(place));
  await server.start();
  return {
    ...server,
    command: (line) =>
      new Promise((resolve, reject) => {
        const socket = connect(place.port, '127.0.0.1', () => socket.write(`${line}\r\nQUIT\r\n`));
        let answer = '';
        socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
        socket.on('error', reject).once('close', () => resolve(answer));
        socket.setTimeout(10_000, () => socket.destroy());
      }),
  };
}

/** A process and all that it started: PostgreSQL answers from a process for each connection. */
export function familyOf(pid: number): number[] {
  if (pid === 0) return [];
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const below = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([one]) => [one, ...below(one)]);
  return [pid, ...below(pid)];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^\d+ \(.*\) . (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
