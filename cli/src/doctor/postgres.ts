// PostgreSQL: reached, durable, with the schema of this version, and with the same time as we have.
import { migrationStatus } from '@cardea/service';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';
import { sentence, skewMillis } from './checkup.js';

export async function lookAtPostgres({ config, now }: Checkup): Promise<Finding[]> {
  const { dsn } = config;
  if (dsn === undefined) {
    return [
      wrong('dsn', 'it is not set', { why: 'PostgreSQL holds the truth', fix: 'DSN=postgres://cardea:…@host/cardea' }),
    ];
  }
  const [token, keys] = await Promise.all([import('@cardea/token'), import('@cardea/keys')]);
  let session;
  try {
    session = await token.connectForMigrations(dsn);
  } catch (error) {
    return [
      wrong('postgres', sentence(error), {
        decides: 'dsn',
        fix: 'see that the server runs, and that user, password and database are right',
      }),
    ];
  }
  try {
    const found: Finding[] = [];
    const begun = now();
    const { rows } = await session.query(
      `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now, current_setting('server_version') AS version,
        current_setting('server_version_num')::int AS number, current_setting('synchronous_commit') AS commits,
        current_setting('fsync') AS fsync, current_setting('max_connections')::int AS connections,
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super`,
    );
    const here = (begun + now()) / 2;
    const server = rows[0] ?? {};
    found.push(
      Number(server['number']) >= 140_000
        ? ok('postgres', `version ${String(server['version'])}`)
        : wrong('postgres', `version ${String(server['version'])} is too old`, { fix: 'PostgreSQL 14 or newer' }),
    );
    found.push(...skew(Number(server['now']) - here));
    if (server['fsync'] !== 'on' || server['commits'] === 'off') {
      found.push(
        wrong('durability', `fsync is ${String(server['fsync'])}, synchronous_commit ${String(server['commits'])}`, {
          why: 'what was acknowledged may be gone after a crash: a used code is good again, a revoked token too',
          fix: 'ALTER SYSTEM SET synchronous_commit = on; fsync = on',
        }),
      );
    }
    if (server['super'] === true) {
      found.push(
        warning('role', 'the services connect as a superuser', {
          why: 'then the record of signatures and of operators could be rewritten by them',
          fix: 'a role of their own that owns the database',
        }),
      );
    }
    if (Number(server['connections']) < 50) {
      found.push(
        note('connections', `max_connections is ${String(server['connections'])}; each token service takes about 20`),
      );
    }
    const pending: string[] = [];
    for (const schema of [token.migrations, keys.migrations]) {
      for (const { name, applied } of await migrationStatus(session, schema)) {
        if (!applied) pending.push(`${schema.namespace}/${name}`);
      }
    }
    found.push(
      pending.length === 0
        ? ok('schema', 'all migrations have run')
        : wrong(
            'schema',
            `${String(pending.length)} migrations have not run: ${pending.slice(0, 3).join(', ')}${pending.length > 3 ? ' …' : ''}`,
            {
              why: 'the services of this version wait for them',
              fix: 'cardea migrate up',
            },
          ),
    );
    return found;
  } catch (error) {
    return [wrong('postgres', sentence(error), { decides: 'dsn' })];
  } finally {
    await session.end();
  }
}

function skew(millis: number): Finding[] {
  if (Math.abs(millis) <= skewMillis)
    return [ok('clock', `PostgreSQL's differs by ${String(Math.round(Math.abs(millis)))} ms`)];
  return [
    wrong(
      'clock',
      `PostgreSQL's is ${String(Math.round(Math.abs(millis) / 1000))} s ${millis > 0 ? 'ahead' : 'behind'}`,
      {
        why: 'tokens end too early or too late, and verifiers refuse what is "issued in the future"',
        fix: 'let both machines follow NTP (timedatectl)',
      },
    ),
  ];
}
