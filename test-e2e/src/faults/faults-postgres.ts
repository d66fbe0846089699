// Faults of PostgreSQL: it restarts, is away, loses sessions, refuses statements, locks, and commits what nobody hears of. Everything
// that depends on it says 503 meanwhile, and nothing it has acknowledged is lost (ARCHITECTURE §2 law 10).
import type { Fault } from './fault.js';
import { again, refusals } from './fault.js';
import type { House } from './house.js';

const tokenWires = (house: House) => [house.wires.postgres['token-1'], house.wires.postgres['token-2']];

/** Statements whose outcome a client may not come to know, by what they do. */
const committed: readonly { readonly what: string; readonly statement: RegExp }[] = [
  { what: 'a code is redeemed', statement: /UPDATE cardea\.authorization_code c SET used_at/ },
  { what: 'a refresh token is rotated', statement: /UPDATE cardea\.refresh_token r SET used_at/ },
  { what: 'a token is stored', statement: /^INSERT INTO cardea\.access_token/ },
  { what: 'a family falls', statement: /^COMMIT/ },
];

/** How much longer it goes on when nothing was caught: the load is what chance makes it. */
const patience = 100;

const cutAfterCommit = ({ what, statement }: (typeof committed)[number]): Fault => ({
  id: 'F08',
  how: `the connection is cut after the commit by which ${what}`,
  may: refusals,
  async inflict(house, during) {
    let caught = 0;
    const cut = async () => {
      const counts = tokenWires(house).map((wire) => wire.set({ statement, point: 'after', times: 1 }));
      await during.pause(400);
      for (const count of counts) caught += count();
    };
    await again(during, 100, cut);
    for (let more = 0; caught === 0 && more < patience; more++) await cut();
    for (const wire of tokenWires(house)) wire.mend();
    if (caught === 0) throw new Error(`nothing was cut: no ${statement.source}`);
    during.note(`${String(caught)} cut`);
  },
});

/** Tables whose chosen change fails for a while, with what it belongs to. */
const refusedChanges = [
  ['INSERT', 'cardea.refresh_token'],
  ['INSERT', 'cardea.access_token'],
  ['UPDATE', 'cardea.authorization_code'],
  ['UPDATE', 'cardea.consent_grant'],
  ['INSERT', 'cardea_keys_audit.signature'],
] as const;

const mostAttempts = 50;

/** Whoever changes a table under load loses now and then against who has a part of it and waits for another (40P01). */
async function alter(house: House, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await house.postgres.sql(statement);
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== '40P01' || attempt === mostAttempts) throw error;
    }
  }
}

const trigger: Fault = {
  id: 'F09',
  how: `a trigger fails one kind of change after the other: ${refusedChanges.map(([verb, table]) => `${verb} ${table.replace(/.*\./, '')}`).join(', ')}`,
  may: refusals,
  async inflict(house, during) {
    await house.postgres.sql(`CREATE OR REPLACE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$`);
    for (const [verb, table] of refusedChanges) {
      await alter(house, `CREATE TRIGGER fault BEFORE ${verb} ON ${table} FOR EACH ROW EXECUTE FUNCTION public.fail()`);
      await during.pause(during.millis / refusedChanges.length);
      await alter(house, `DROP TRIGGER fault ON ${table}`);
    }
  },
};

const terminateAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE pid <> pg_backend_pid() AND application_name LIKE 'cardea%'`;

export const postgresFaults: readonly Fault[] = [
  {
    id: 'F05',
    how: 'PostgreSQL restarts, orderly and immediately in turn',
    may: refusals,
    async inflict(house, during) {
      let turn = 0;
      const times = await again(during, 2_500, async () => {
        await house.postgres.end(turn++ % 2 === 0 ? 'SIGINT' : 'SIGQUIT');
        await house.postgres.start();
      });
      during.note(`${String(times)} restarts`);
    },
  },
  {
    id: 'F05',
    how: 'pg_terminate_backend for every session, each second',
    may: refusals,
    async inflict(house, during) {
      await again(during, 1_000, async () => void (await house.postgres.sql(terminateAll)));
    },
  },
  {
    id: 'F06',
    how: 'PostgreSQL is away',
    may: refusals,
    async inflict(house, during) {
      await house.postgres.end('SIGINT');
      await during.pause(during.millis);
      await house.postgres.start();
    },
  },
  {
    id: 'F06',
    how: 'PostgreSQL is frozen: it neither answers nor refuses',
    may: refusals,
    async inflict(house, during) {
      house.postgres.signalAll('SIGSTOP');
      await during.pause(during.millis);
      house.postgres.signalAll('SIGCONT');
    },
  },
  ...committed.map(cutAfterCommit),
  trigger,
  {
    id: 'F26',
    how: 'another transaction locks every grant and token row for two seconds, again and again',
    may: refusals,
    async inflict(house, during) {
      await again(during, 1_000, async () => {
        await house.postgres.sql(`BEGIN; SELECT 1 FROM cardea.consent_grant FOR UPDATE;
          SELECT 1 FROM cardea.refresh_token FOR UPDATE; SELECT pg_sleep(2); COMMIT`);
      });
    },
  },
];
