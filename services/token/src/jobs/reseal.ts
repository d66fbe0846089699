// Seals anew what lies sealed under an older system secret, while everything runs (issue 6 "Storage"; security §2.7). What lives
// for minutes, as flows and codes do, is not worth it: it is gone before anybody could drop the old secret.
import { uuidBytes } from '../authorize/uuid.js';
import { sealedSecrets } from '../client-secrets.js';
import type { Seal } from '../seal.js';
import { createSeal } from '../seal.js';
import { beforeAllUuids } from '../storage/before-all-uuids.js';
import type { Database } from '../storage/database.js';

/** What was done to one kind of row. */
export interface Resealed {
  readonly rows: string;
  readonly seen: number;
  readonly renewed: number;
  /** No secret of the list opens them. */
  readonly lost: number;
}

const windowRows = 1_000;

/** What is done already is counted where it lies. */
const unmarked = 'CASE WHEN get_byte(body, 0) = $2 THEN NULL ELSE body END AS body';

interface Kind {
  readonly rows: string;
  /** Of the seal; rows of other purposes do not open. */
  readonly purpose: string;
  /** Below the smallest key. */
  readonly beginning: unknown;
  /** $1: the last key seen, $2: the newest mark; gives `windowRows` rows in the order of keys, without the body of those that have the mark. */
  readonly read: string;
  /** $1: keys, $2: what was read, $3: what it becomes. A row that was changed meanwhile stays as it is: who wrote it used the newest. */
  readonly write: string;
  readonly context: (key: never) => string | Buffer;
}

const tokens = (table: string): Kind => ({
  rows: table,
  purpose: table,
  beginning: Buffer.alloc(0),
  read: `SELECT key, ${unmarked} FROM cardea.${table} WHERE key > $1 ORDER BY key LIMIT ${String(windowRows)}`,
  write: `UPDATE cardea.${table} t SET body = n.body FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS n (key, old, body)
    WHERE t.key = n.key AND t.body = n.old`,
  context: (key: Buffer) => key,
});

const kinds: readonly Kind[] = [
  {
    rows: 'consent_grant',
    purpose: 'consent_grant',
    beginning: beforeAllUuids,
    read: `SELECT id AS key, ${unmarked} FROM cardea.consent_grant WHERE id > $1 ORDER BY id LIMIT ${String(windowRows)}`,
    write: `UPDATE cardea.consent_grant t SET body = n.body FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (key, old, body)
      WHERE t.id = n.key AND t.body = n.old`,
    context: (key: string) => uuidBytes(key),
  },
  tokens('refresh_token'),
  tokens('access_token'),
];

export interface ResealOptions {
  /** `secrets.system`, newest first. */
  readonly secrets: readonly string[];
  readonly random: (bytes: number) => Buffer;
  /** Told after each window. */
  readonly progress?: (sofar: Resealed) => void;
}

/** Safe to run at any time, from several processes at once, and again after it broke off. */
export async function reseal(database: Database, options: ResealOptions): Promise<readonly Resealed[]> {
  const { secrets, random, progress = () => undefined } = options;
  const done: Resealed[] = [];
  for (const kind of kinds) {
    done.push(await resealKind(database, kind, createSeal(secrets, kind.purpose, random), progress));
  }
  return [...done, await resealClientSecrets(database, createSeal(secrets, 'client_secret', random), progress)];
}

async function resealKind(
  database: Database,
  { rows, beginning, read, write, context }: Kind,
  seal: Seal,
  progress: NonNullable<ResealOptions['progress']>,
): Promise<Resealed> {
  let sofar: Resealed = { rows, seen: 0, renewed: 0, lost: 0 };
  let after = beginning;
  for (;;) {
    const { rows: found } = await database.query<{ key: never; body: Buffer | null }>(read, [after, seal.newestMark]);
    if (found.length === 0) return sofar;
    const judged = found.flatMap(({ key, body }) =>
      body === null ? [] : [{ key, body, verdict: seal.renew(context(key), body) }],
    );
    const renewed = judged.flatMap(({ key, body, verdict }) =>
      verdict.state === 'renewed' ? [{ key, old: body, body: verdict.sealed }] : [],
    );
    const written = renewed.length === 0 ? 0 : await writeWindow(database, write, renewed);
    sofar = {
      rows,
      seen: sofar.seen + found.length,
      renewed: sofar.renewed + written,
      lost: sofar.lost + judged.filter(({ verdict }) => verdict.state === 'lost').length,
    };
    progress(sofar);
    after = found.at(-1)?.key;
  }
}

async function writeWindow(
  database: Database,
  write: string,
  renewed: readonly { readonly key: unknown; readonly old: Buffer; readonly body: Buffer }[],
): Promise<number> {
  const columns = [renewed.map(({ key }) => key), renewed.map(({ old }) => old), renewed.map(({ body }) => body)];
  return (await database.query(write, columns)).rowCount ?? 0;
}

/** Secrets of clients that must be known, not only recognised: `client_secret_jwt`. They are few, and changes are announced. */
async function resealClientSecrets(
  database: Database,
  seal: Seal,
  progress: NonNullable<ResealOptions['progress']>,
): Promise<Resealed> {
  let sofar: Resealed = { rows: 'client secrets', seen: 0, renewed: 0, lost: 0 };
  let after = '';
  for (;;) {
    const { rows } = await database.query<{ id: string; secret_hashes: string[] }>(
      `SELECT id, secret_hashes FROM cardea.client WHERE id > $1 AND array_to_string(secret_hashes, ' ') LIKE $2
        ORDER BY id LIMIT ${String(windowRows)}`,
      [after, `%${sealedSecrets.mark}%`],
    );
    if (rows.length === 0) return sofar;
    let [renewed, lost] = [0, 0];
    for (const { id, secret_hashes: hashes } of rows) {
      const next = sealedSecrets.renew(seal, hashes);
      lost += next.lost;
      if (next.hashes.join() === hashes.join()) continue;
      const { rowCount } = await database.query(
        'UPDATE cardea.client SET secret_hashes = $2 WHERE id = $1 AND secret_hashes = $3',
        [id, next.hashes, hashes],
      );
      renewed += rowCount ?? 0;
    }
    sofar = {
      rows: sofar.rows,
      seen: sofar.seen + rows.length,
      renewed: sofar.renewed + renewed,
      lost: sofar.lost + lost,
    };
    progress(sofar);
    after = rows.at(-1)?.id ?? '';
  }
}
