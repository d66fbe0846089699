// A database that has grown: the same load before and after millions of rows are in it, and a client with a hundred thousand tokens
// that are ended while others go on (issue 6: storage that grows).
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Driver } from './load/driver.js';
import { startDriver } from './load/driver.js';
import { measure } from './measure.js';
import { launchWornPostgres } from './postgres.js';
import { median } from './report/statistics.js';
import { table } from './report/table.js';
import type { Target } from './target.js';
import { startTarget } from './target.js';

/** Requests a second in an open loop: what a busy installation has, and a fraction of what two cores can do. */
const load: readonly (readonly [scenario: string, perSecond: number])[] = [
  // Reaches no store: what changes in it is the machine's doing.
  ['introspection-forged', 1_000],
  ['introspection', 1_000],
  ['introspection-revoked', 500],
  ['client-credentials', 300],
  ['refresh', 200],
];
const millis = 10_000;
/** Of each scenario; the one in the middle counts. */
const rounds = 3;
const calmMillis = 300_000;
const rowsAtOnce = 250_000;
/** Of the client whose tokens are ended. */
const victims = 100_000;

export interface LargeResult {
  readonly rows: Readonly<Record<string, number>>;
  readonly megabytes: number;
  readonly lateness: readonly {
    readonly scenario: string;
    readonly emptyP99Millis: number;
    readonly fullP99Millis: number;
    readonly emptyMicros: number;
    readonly fullMicros: number;
  }[];
  /** Ending the client's tokens, and what others felt meanwhile. */
  readonly ending: { readonly seconds: number; readonly left: number; readonly p99Millis: number };
}

/** @param options.scale 1 for a million live refresh tokens and ten million rows that have expired @throws when an answer is wrong */
export async function measureLarge(options: {
  readonly demo: string;
  readonly base: number;
  readonly connections: number;
  readonly scale: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}): Promise<LargeResult> {
  const { demo, base, connections, scale, signal, progress } = options;
  const postgres = await launchWornPostgres({ port: base + 45, progress });
  try {
    const env = { DSN: postgres.dsn };
    const { target, close } = await startTarget({ demo, base, keys: 'software', progress, signal, env });
    const database = new pg.Client({ connectionString: postgres.dsn });
    // Its next question says so.
    database.on('error', () => undefined);
    await database.connect();
    const withDatabase = { ...target, pids: { ...target.pids, postgres: postgres.pid } };
    const driver = await startDriver(withDatabase, connections, signal);
    try {
      return await measureBoth(driver, withDatabase, database, { scale, signal, progress });
    } finally {
      await driver.close();
      await database.end();
      await close();
    }
  } finally {
    await postgres.stop();
  }
}

async function measureBoth(
  driver: Driver,
  target: Target,
  database: pg.Client,
  { scale, signal, progress }: { scale: number; signal: AbortSignal; progress: (text: string) => void },
): Promise<LargeResult> {
  const round = async (what: string) => {
    const found = load.map(([name, perSecond]) => ({ name, perSecond, p99: [] as number[], micros: [] as number[] }));
    for (let round = 0; round <= rounds; round++) {
      for (const { name, perSecond, p99, micros } of found) {
        progress(`${what}, round ${String(round)}: ${name}, ${String(perSecond)} a second`);
        // The first round is for warming up.
        const length = round === 0 ? millis / 5 : millis;
        const units = Math.ceil((perSecond * length) / 1_000) + 100;
        const slice = await measure(driver, target.pids, { name, millis: length, units, perSecond });
        if (round === 0) continue;
        p99.push(slice.p99Millis);
        micros.push(Object.values(slice.cpuMicros).reduce((a, b) => a + b, 0));
      }
    }
    return new Map(found.map(({ name, p99, micros }) => [name, { p99: median(p99), micros: median(micros) }]));
  };
  const empty = await round('empty');
  const rows = {
    'live refresh tokens': 1e6 * scale,
    'used refresh tokens': 5e6 * scale,
    'expired access tokens': 5e6 * scale,
  };
  await fill(database, rows, progress);
  await calm(database, signal, progress);
  const full = await round('full');
  const { rows: sizes } = await database.query<{ megabytes: number }>(
    'SELECT (pg_database_size(current_database()) / 1048576)::int AS megabytes',
  );
  return {
    ...{ rows, megabytes: sizes[0]?.megabytes ?? 0 },
    lateness: load.map(([scenario]) => ({
      scenario,
      emptyP99Millis: empty.get(scenario)?.p99 ?? NaN,
      fullP99Millis: full.get(scenario)?.p99 ?? NaN,
      emptyMicros: empty.get(scenario)?.micros ?? NaN,
      fullMicros: full.get(scenario)?.micros ?? NaN,
    })),
    ending: await endOne(driver, target, database, progress),
  };
}

/** Rows as they look after a month: what they are called nobody could have made up, so that they lie anywhere in their indexes. */
async function fill(
  database: pg.Client,
  rows: Readonly<Record<'live refresh tokens' | 'used refresh tokens' | 'expired access tokens', number>>,
  progress: (text: string) => void,
): Promise<void> {
  const refresh = (used: string) =>
    `INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, used_at, access_key, access_expires_at, body)
      SELECT sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), 'bench-' || i % 1000, now() + interval '20 days', ${used},
        sha256(gen_random_uuid()::text::bytea), now(), decode(repeat(md5(i::text), 10), 'hex')
      FROM generate_series(1, $1::int) AS i`;
  const access = `INSERT INTO cardea.access_token (key, expires_at, client_id, body)
      SELECT sha256(gen_random_uuid()::text::bytea), now() - random() * (now() - date_trunc('day', now(), 'UTC')), 'bench-' || i % 1000,
        decode(repeat(md5(i::text), 10), 'hex')
      FROM generate_series(1, $1::int) AS i`;
  const texts = {
    'live refresh tokens': refresh('NULL'),
    // Kept for a day, so that a thief's late use is recognised.
    'used refresh tokens': refresh("now() - random() * interval '20 hours'"),
    'expired access tokens': access,
  } as const;
  for (const [name, count] of Object.entries(rows)) {
    for (let done = 0; done < count; done += rowsAtOnce) {
      progress(`filling: ${name}, ${String(Math.round(done / 1000))} of ${String(Math.round(count / 1000))} thousand`);
      await database.query(texts[name as keyof typeof texts], [Math.min(rowsAtOnce, count - done)]);
    }
  }
  await database.query('VACUUM ANALYZE cardea.refresh_token, cardea.access_token');
  await database.query('CHECKPOINT');
}

/** Waits until nobody cleans up behind the filling any more, and all of it is on the disk: no installation fills itself in minutes. */
async function calm(database: pg.Client, signal: AbortSignal, progress: (text: string) => void): Promise<void> {
  progress('waiting until the filling is digested');
  await promisify(execFile)('sync');
  const text = `SELECT count(*)::int AS busy FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'`;
  for (const end = performance.now() + calmMillis; performance.now() < end; await sleep(1_000, undefined, { signal })) {
    if ((await database.query<{ busy: number }>(text)).rows[0]?.busy === 0) return;
  }
}

async function endOne(
  driver: Driver,
  target: Target,
  database: pg.Client,
  progress: (text: string) => void,
): Promise<LargeResult['ending']> {
  progress(`a client with ${String(victims)} tokens and as many grants`);
  const made = await fetch(`${target.admin}/admin/clients`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'victim', redirect_uris: ['https://victim.test/callback'] }),
  });
  if (made.status !== 201) throw new Error(`no client: ${String(made.status)} ${await made.text()}`);
  await database.query(
    `WITH grants AS (
        INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
          SELECT gen_random_uuid(), 'victim', 'person-' || i, gen_random_uuid(), '{}', '{}', false, ''
          FROM generate_series(1, $1::int) AS i RETURNING id
      ), refresh AS (
        INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, access_key, access_expires_at, body)
          SELECT sha256(gen_random_uuid()::text::bytea), id, 'victim', now() + interval '20 days', '', now(), '' FROM grants
      ) INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
        SELECT sha256(gen_random_uuid()::text::bytea), now() + interval '1 hour', id, 'victim', '' FROM grants`,
    [victims],
  );
  const begun = performance.now();
  let seconds = 0;
  const ending = fetch(`${target.admin}/admin/clients/victim`, { method: 'DELETE' }).then(async (answer) => {
    seconds = (performance.now() - begun) / 1000;
    if (answer.status !== 204)
      throw new Error(`the client was not deleted: ${String(answer.status)} ${await answer.text()}`);
  });
  const [, meanwhile] = await Promise.all([
    ending,
    measure(driver, target.pids, { name: 'introspection', millis, units: 1_000, perSecond: 1_000 }),
  ]);
  const { rows } = await database.query<{ left: number }>(
    `SELECT (SELECT count(*) FROM cardea.access_token WHERE client_id = 'victim')::int
      + (SELECT count(*) FROM cardea.refresh_token WHERE client_id = 'victim' AND revoked_at IS NULL)::int AS left`,
  );
  return { seconds, left: rows[0]?.left ?? NaN, p99Millis: meanwhile.p99Millis };
}

export function showLarge({ rows, megabytes, lateness, ending }: LargeResult): string {
  const head = ['open loop', 'empty p99 ms', 'full p99 ms', 'ratio', 'empty CPU µs', 'full CPU µs'];
  const lines = lateness.map(({ scenario, emptyP99Millis, fullP99Millis, emptyMicros, fullMicros }) => [
    ...[scenario, emptyP99Millis.toFixed(1), fullP99Millis.toFixed(1), (fullP99Millis / emptyP99Millis).toFixed(2)],
    ...[emptyMicros.toFixed(0), fullMicros.toFixed(0)],
  ]);
  const counts = Object.entries(rows).map(([name, count]) => `${String(Math.round(count))} ${name}`);
  return [
    `${counts.join(', ')}: ${String(megabytes)} MB`,
    '',
    table([head, ...lines]),
    'Forged tokens reach no store: what becomes slower with them is the machine.',
    '',
    `deleting a client with ${String(victims)} access tokens, refresh tokens and grants: ${ending.seconds.toFixed(1)} s, ` +
      `${String(ending.left)} left; introspection p99 meanwhile ${ending.p99Millis.toFixed(1)} ms`,
  ].join('\n');
}
