// Faults of disks: nothing fits any more where PostgreSQL keeps its rows, its log, the signers' record, or where services log to. What
// would need room is refused and nothing else; no signature leaves that the record has no room for (security F24). A full disk is played
// by a library that lets no chosen file grow (disk-full.c), a full log volume by Linux's full device: neither needs rights.
import { compileLibrary } from '@cardea/all';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../processes.js';
import type { Fault } from './fault.js';
import { nothing, refusals } from './fault.js';
import type { House } from './house.js';
import type { Allowance } from './invariants.js';

interface Disk {
  /** No file whose path contains one of these grows from now on. */
  fill(parts: readonly string[]): void;
  free(): void;
  /** How often something did not fit. */
  refused(): number;
}

/** PostgreSQL on a disk that can be filled, for as long as `work` takes. */
async function onNarrowDisk(house: House, work: (disk: Disk) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-disk-'));
  // PostgreSQL may run as another user.
  chmodSync(directory, 0o777);
  const library = path.join(directory, 'disk-full.so');
  const source = path.join(root, 'test-e2e/src/faults/disk-full.c');
  const made = await compileLibrary({ source, cache: path.join(root, '.cache'), progress: () => undefined });
  copyFileSync(made, library);
  chmodSync(library, 0o755);
  const full = path.join(directory, 'full');
  const restart = async (environment?: Readonly<Record<string, string>>) => {
    await house.postgres.end('SIGINT');
    await house.postgres.start(environment);
  };
  try {
    await restart({ LD_PRELOAD: library, CARDEA_DISK: directory });
    await work({
      fill: (parts) => writeFileSync(full, parts.map((part) => `${part}\n`).join(''), { mode: 0o644 }),
      free: () => rmSync(full, { force: true }),
      refused: () => statSync(path.join(directory, 'refused'), { throwIfNoEntry: false })?.size ?? 0,
    });
  } finally {
    rmSync(full, { force: true });
    await restart();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How much longer it goes on when everything still fitted: pages have room left, and the load is what chance makes it. */
const patienceMillis = 30_000;

/** Fills it for the time of the fault, and until something was refused. */
const filled = (how: string, may: Allowance, files: (house: House) => Promise<readonly string[]>): Fault => ({
  id: 'F24',
  how,
  may,
  async inflict(house, during) {
    await onNarrowDisk(house, async (disk) => {
      disk.fill(await files(house));
      await during.pause(during.millis);
      for (const end = Date.now() + patienceMillis; disk.refused() === 0 && Date.now() < end;) await during.pause(100);
      disk.free();
      if (disk.refused() === 0) throw new Error('everything fitted');
      during.note(`${String(disk.refused())} times it did not fit`);
    });
  },
});

/** Paths of a table, its indexes and its long values, all partitions included. */
async function filesOf(house: House, table: string): Promise<string[]> {
  const rows = await house.postgres.sql(`
    WITH tables AS (SELECT relid AS id FROM pg_partition_tree('${table}') UNION SELECT '${table}'::regclass),
         toast AS (SELECT reltoastrelid AS id FROM pg_class JOIN tables ON oid = id WHERE reltoastrelid <> 0),
         whole AS (SELECT id FROM tables UNION SELECT id FROM toast)
    SELECT '/' || pg_relation_filepath(id) AS path FROM whole
    UNION SELECT '/' || pg_relation_filepath(indexrelid) FROM pg_index JOIN whole ON indrelid = id`);
  return rows.map(({ path: one }) => one).filter((one): one is string => typeof one === 'string');
}

/** A write-ahead log that finds no room is the end of every session; PostgreSQL recovers by itself, or is started again once there is. */
const fullLog: Fault = {
  id: 'F24',
  how: 'no room for PostgreSQL’s write-ahead log: it panics, and recovers when there is',
  may: refusals,
  async inflict(house, during) {
    await onNarrowDisk(house, async (disk) => {
      disk.fill(['/pg_wal/']);
      // Segments of before are used up first.
      const ended = async () =>
        (await house.postgres.sql('SELECT pg_switch_wal()').catch(() => undefined)) === undefined;
      for (const end = Date.now() + patienceMillis; !(await ended()) && Date.now() < end;) await during.pause(50);
      if (disk.refused() === 0) throw new Error('everything fitted');
      await during.pause(during.millis);
      disk.free();
      // One that is told to end while it recovers may never do (PostgreSQL 18).
      const back = async () => (await house.postgres.sql('SELECT 1').catch(() => [])).length > 0;
      const end = Date.now() + patienceMillis;
      while (!(await back()) && Date.now() < end) await during.pause(100);
      if (!(await back())) await house.postgres.end('SIGQUIT');
    });
  },
};

/** In this order: no two of a kind at once. */
const loggers = ['keys-1', 'token-1', 'gateway-1', 'worker'] as const;

const fullLogVolume: Fault = {
  id: 'F24',
  how: 'the volume to which a gateway, a token, a keys service and the worker log is full: they go on, and count what is lost',
  may: nothing,
  async inflict(house, during) {
    const turn = async (logTo?: string) => {
      for (const name of loggers) {
        await house.members[name].stop();
        await house.members[name].start({}, logTo);
        // Who asks it has a second to find it again.
        await during.pause(1_500);
      }
    };
    await turn('/dev/full');
    await during.pause(during.millis);
    let lost = 0;
    for (const name of loggers) {
      const counted = /^cardea_log_lines_dropped_total\S* (\d+)$/m.exec(await house.members[name].metrics())?.[1];
      if (!(Number(counted) > 0)) throw new Error(`${name} has lost no line`);
      lost += Number(counted);
    }
    during.note(`${String(lost)} lines lost`);
    await turn();
  },
};

export const diskFaults: readonly Fault[] = [
  filled('no room for PostgreSQL’s tables and indexes', refusals, () => Promise.resolve(['/base/'])),
  fullLog,
  filled('no room for the record of signatures', refusals, (house) => filesOf(house, 'cardea_keys_audit.signature')),
  fullLogVolume,
];
