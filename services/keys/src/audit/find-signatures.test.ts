// Whom and what the record is asked about: by subject, though it has no subjects, by token, client, key and time, page by page, and
// by its index however long it has grown (issue 5 "Audit").
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { keyAdminV1 } from '@cardea/rpc';
import pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, newKek } from '../database.fixture.js';
import type { Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys, until } from '../installation.fixture.js';
import { idTokenRequest } from '../requests.fixture.js';
import { createFindSignatures } from './find-signatures.js';

// Real processes, and many rows, on a machine that may be busy.
jest.setTimeout(600_000);

const asked = (change: Partial<keyAdminV1.FindSignaturesRequest>): keyAdminV1.FindSignaturesRequest => ({
  ...{ subject: '', tokenId: '', clientId: '', keyId: '', signedAfter: undefined, signedBefore: undefined },
  ...{ pageSize: 0, pageToken: '', ...change },
});

describe('a long record', () => {
  const rows = 60_000;
  const start = Date.parse('2026-01-01T00:00:00Z');
  const at = (second: number) => new Date(start + second * 1000);
  const hashOf = (name: string) => Buffer.from(name.padEnd(32, '.'));
  let database: TestDatabase;
  let pool: pg.Pool;
  let find: ReturnType<typeof createFindSignatures>;
  const sequences = async (change: Partial<keyAdminV1.FindSignaturesRequest>) =>
    (await find(asked(change))).rows.map(({ sequence }) => sequence);

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.client.query(
      // One a second; every tenth for `often`, one person near the beginning, a key for the first half.
      `INSERT INTO cardea_keys_audit.signature (sequence, previous, hash, signed_at, caller, request_id, purpose, kid, algorithm,
                                                input_hash, token_id, client_id, outcome, reason, subject_hash)
       SELECT i, '', '', $1::timestamptz + i * interval '1 second', 'spiffe://token', 'r-' || i, 'id_token',
              CASE WHEN i <= $2::bigint / 2 THEN 'old' ELSE 'new' END, 'ES256', '', 'jti-' || i,
              CASE WHEN i % 10 = 0 THEN 'often' ELSE 'app-' || i % 7 END, 'signed', '',
              CASE WHEN i IN (7, 4711) THEN $3::bytea ELSE sha256(int8send(i)) END
         FROM generate_series(1::bigint, $2) AS i`,
      [at(0), rows, hashOf('alice')],
    );
    // As autovacuum does in time.
    await database.client.query(`SELECT brin_summarize_new_values('cardea_keys_audit.signature_search')`);
    await database.client.query('ANALYZE cardea_keys_audit.signature');
    pool = new pg.Pool({ connectionString: database.dsn });
    find = createFindSignatures(pool, (subject) =>
      subject === 'nobody' ? [] : [hashOf(`${subject}2`), hashOf(subject)],
    );
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  test.each<[string, Partial<keyAdminV1.FindSignaturesRequest>, number[]]>([
    ['a subject', { subject: 'alice' }, [4711, 7]],
    ['a subject nothing was signed about', { subject: 'bob' }, []],
    ['a token', { tokenId: 'jti-123' }, [123]],
    ['a young token', { tokenId: 'jti-59999' }, [59_999]],
    ['a client, in an interval', { clientId: 'often', signedAfter: at(100), signedBefore: at(120) }, [110, 100]],
    ['a key, in an interval', { keyId: 'old', signedAfter: at(29_999) }, [30_000, 29_999]],
    ['a subject by a key', { subject: 'alice', keyId: 'new' }, []],
    ['all of a second', { signedAfter: at(5), signedBefore: at(6) }, [5]],
    ['what is in no row', { clientId: 'nobody' }, []],
  ])('%s', async (_what, change, expected) => {
    expect(await sequences(change)).toEqual(expected);
  });

  test('everything about a client, each once, newest first, in pages over all windows', async () => {
    const found: number[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = await find(asked({ clientId: 'often', pageSize: 500, pageToken }));
      found.push(...page.rows.map(({ sequence }) => sequence));
      pageToken = page.nextPageToken;
      pages++;
    } while (pageToken !== '');
    expect(found).toEqual(Array.from({ length: rows / 10 }, (_, index) => rows - index * 10));
    expect(pages).toBe(rows / 10 / 500);
  });

  test('a subject is looked for by the index: few of the rows are read', async () => {
    const index = async () =>
      (
        await database.client.query<{ scans: string }>(
          `SELECT idx_scan AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'signature_search'`,
        )
      ).rows[0];
    const before = Number((await index())?.scans);
    const own = new pg.Pool({ connectionString: database.dsn });
    expect((await createFindSignatures(own, () => [hashOf('alice')])(asked({ subject: 'alice' }))).rows).toHaveLength(
      2,
    );
    // A connection that ends says what it did.
    await own.end();
    await until(async () => Number((await index())?.scans) > before);
  });

  test.each<[string, Partial<keyAdminV1.FindSignaturesRequest>, string]>([
    ['a page of another list', { pageToken: 'x' }, 'page_token'],
    ['a subject, where the record names none', { subject: 'nobody' }, 'keys.audit.secret'],
  ])('%s is refused', async (_what, change, reason) => {
    await expect(find(asked(change))).rejects.toMatchObject({
      code: 'invalid_request',
      description: expect.stringContaining(reason),
    });
  });

  test('without a record there is nothing to ask, and while it is away nobody knows', async () => {
    await expect(createFindSignatures(undefined, () => [])(asked({}))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const nowhere = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/x' });
    await expect(createFindSignatures(nowhere, () => [])(asked({}))).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    await nowhere.end();
  });
});

test('a running service finds what it signed about a person, also after the secret was changed', async () => {
  const programs: Programs = bundlePrograms();
  const database = await createTestDatabase();
  const [first, second] = [newKek(), newKek()];
  const environment = { DSN: database.dsn, KEYS_KEK: first };
  try {
    await bootstrap(programs, environment);
    const about = async (subject: string, keks: string) => {
      const keys = await startKeys(programs, { ...environment, KEYS_KEK: keks });
      try {
        await keys.signing.signIdToken(idTokenRequest({ subject, tokenId: `${subject} ${String(keks.length)}` }));
        await keys.signing.signIdToken(idTokenRequest({ subject: 'somebody else' }));
        const found = await keys.admin.findSignatures(asked({ subject }));
        expect(keys.log()).not.toContain(subject);
        return found.rows.map(({ tokenId, outcome }) => [tokenId, outcome]);
      } finally {
        await keys.stop();
      }
    };
    expect(await about('alice', first)).toEqual([['alice 44', 'signed']]);
    expect(await about('alice', `${second},${first}`)).toEqual([
      ['alice 89', 'signed'],
      ['alice 44', 'signed'],
    ]);
  } finally {
    await database.drop();
    programs.remove();
  }
});
