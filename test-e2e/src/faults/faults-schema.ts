// A schema that changes while the versions before and after the change serve: both go on, the former can be had back, and nobody waits
// for a lock (security F27). The version to come is this one with a migration more; PostgreSQL cannot tell it from a real one.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../processes.js';
import type { During, Fault } from './fault.js';
import { nothing } from './fault.js';
import type { House } from './house.js';

const migrations = path.join(root, 'services/token/migrations');
const name = '9999_next.sql';
/** Tables that every request reads or writes. */
const hot = ['client', 'consent_grant', 'access_token', 'refresh_token', 'authorization_code', 'login_session'];

const expand = `-- What a next version would want: columns and a table that the former does not know.
${hot.map((table) => `ALTER TABLE cardea.${table} ADD COLUMN of_next text DEFAULT 'unknown';`).join('\n')}
CREATE TABLE cardea.of_next (id bigint PRIMARY KEY, told timestamptz NOT NULL DEFAULT now());
`;
const contract = `
${hot.map((table) => `ALTER TABLE cardea.${table} DROP COLUMN of_next;`).join('\n')}
DROP TABLE cardea.of_next;
DELETE FROM public.cardea_migration WHERE name = '${name}';`;

/** As patient as a migration (libs/service/src/migrate.ts): who waits a second for each of six tables can end in a deadlock with the load. */
async function goBack(house: House): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const done = await house.postgres.sql(`SET LOCAL lock_timeout = '150ms'; ${contract}`).then(
      () => true,
      () => false,
    );
    if (done) return;
    await sleep(500);
  }
  throw new Error('the columns of the next version could not be dropped');
}

/** Loaded before anything else: the process finds its migrations there. */
const nextVersion = (directory: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { readdirSync, readFileSync } = fs;
    const moved = (file) => typeof file === 'string' && file.startsWith(${JSON.stringify(migrations)}) ? ${JSON.stringify(directory)} + file.slice(${String(migrations.length)}) : file;
    fs.readdirSync = (file, ...more) => readdirSync(moved(file), ...more);
    fs.readFileSync = (file, ...more) => readFileSync(moved(file), ...more);
    syncBuiltinESMExports();`)}`;

/** Watches who holds a lock that nobody gets past. @returns the longest time seen, milliseconds */
function watchLocks(house: House, during: During): () => Promise<number> {
  let watching = true;
  let longest = 0;
  const since = new Map<string, number>();
  const look = async () => {
    while (watching) {
      const rows = await house.postgres
        .sql(
          `SELECT DISTINCT l.pid::text || ' ' || l.relation::text AS held FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
           JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE l.mode = 'AccessExclusiveLock' AND n.nspname = 'cardea'`,
        )
        .catch(() => []);
      const now = performance.now();
      const held = new Set(rows.map((row) => String(row['held'])));
      for (const one of since.keys()) if (!held.has(one)) since.delete(one);
      for (const one of held) {
        const began = since.get(one) ?? now;
        since.set(one, began);
        longest = Math.max(longest, now - began);
      }
      await during.pause(20);
    }
  };
  const looking = look();
  return async () => {
    watching = false;
    await looking;
    return longest;
  };
}

/** What waits behind a lock waits no longer. */
const mostLockedMillis = 1_000;

export const schemaFault: Fault = {
  id: 'F27',
  how: 'the schema of the next version comes while this one serves; both serve; the binary goes back and the schema stays',
  may: nothing,
  async inflict(house, during) {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-next-'));
    const restart = async (environment?: Readonly<Record<string, string>>) => {
      await house.members['token-2'].stop();
      await house.members['token-2'].start(environment);
      // Who asks it has a second to find it again.
      await during.pause(1_500);
    };
    try {
      cpSync(migrations, directory, { recursive: true });
      writeFileSync(path.join(directory, name), expand);
      const next = { NODE_OPTIONS: nextVersion(directory) };
      const early = await restart(next).then(
        () => true,
        () => false,
      );
      if (early) throw new Error('the next version started without its schema');
      const locked = watchLocks(house, during);
      const told = await house.cardea('token-1', ['migrate', 'up'], next);
      const longest = await locked();
      if (!told.includes(name)) throw new Error(`the migration did not run: ${told}`);
      during.note(`tables locked for ${String(Math.round(longest))} ms at most`);
      if (longest > mostLockedMillis) throw new Error(`a table was locked for ${String(Math.round(longest))} ms`);
      // token-1 is of the version before.
      await restart(next);
      await during.pause(during.millis);
      await restart();
      await during.pause(during.millis / 2);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      await house.members['token-2'].start();
      await goBack(house);
    }
  },
};
