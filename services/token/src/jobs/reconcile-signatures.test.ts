// Signatures against tokens, over a real database: what was planted on either side is found and named, and nothing else is.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { signatureRecordV1 } from '@cardea/rpc';
import type { Metrics } from '@cardea/service';
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, needed, quietLog } from '../database.fixture.js';
import type { EventName } from '../events.js';
import { createEvents } from '../events.js';
import { createSignatureLedger } from '../signature-ledger.js';
import { createTestSigner } from '../signer.fixture.js';
import type { ListSignatures } from './reconcile-signatures.js';
import { reconcileSignatures } from './reconcile-signatures.js';
import { createReconciliation } from './reconciliation.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() =>
  database.pool.query('TRUNCATE cardea.signature_ledger, cardea.signature_reconciliation, cardea.signature_finding'),
);

type Signature = Omit<signatureRecordV1.RecordedSignature, 'sequence'>;

/** What the keys service would answer from a record of these rows. */
interface TestRecord {
  recording: boolean;
  /** How often it was asked. */
  asked: number;
  readonly rows: { signature: Signature | undefined; hash: Buffer }[];
  /** Adds a row; without a signature it is an attempt. */
  add(signature: Signature | undefined): void;
  readonly list: ListSignatures;
}

function recordOf(): TestRecord {
  const rows: TestRecord['rows'] = [];
  const record: TestRecord = {
    recording: true,
    asked: 0,
    rows,
    add(signature) {
      const hash = createHash('sha256')
        .update(JSON.stringify([rows.length, rows.at(-1)?.hash, signature]))
        .digest();
      rows.push({ signature, hash });
    },
    list({ afterSequence, afterHash, limit }) {
      record.asked++;
      const { recording } = record;
      const from = afterSequence === -1 ? rows.length : afterSequence;
      const page = recording ? rows.slice(from, from + limit) : [];
      const next = from + page.length;
      return Promise.resolve({
        recording,
        continues: from === 0 || afterHash.length === 0 || rows[from - 1]?.hash.equals(afterHash) === true,
        signatures: page.flatMap(({ signature }, index) =>
          signature === undefined ? [] : [{ ...signature, sequence: from + index + 1 }],
        ),
        nextSequence: next,
        nextHash: rows[next - 1]?.hash ?? Buffer.alloc(0),
        more: page.length === limit,
      });
    },
  };
  return record;
}

const signed = (tokenId: string, change: Partial<Signature> = {}): Signature => ({
  ...{ signedAt: new Date(), caller: 'spiffe://cardea/token', requestId: tokenId, purpose: 'access_token' },
  ...{ keyId: 'k', tokenId, clientId: 'app', ...change },
});
/** A row of the ledger, so many seconds ago. */
const kept = (id: string, secondsAgo: number, answered = true) =>
  database.pool.query(
    `INSERT INTO cardea.signature_ledger (id, purpose, client_id, answered, kept_at)
      VALUES ($1, 'access_token', 'app', $2, now() - make_interval(secs => $3))`,
    [id, answered, secondsAgo],
  );
const reconcile = (record: { list: ListSignatures }) => reconcileSignatures(database.pool, record.list);
/** Began so long ago that all is compared. */
const begin = async (record: { list: ListSignatures }) => {
  await reconcile(record);
  await database.pool.query(`UPDATE cardea.signature_reconciliation SET began_at = now() - interval '1 day'`);
};
const count = async (table: string) =>
  (await database.pool.query<{ count: number }>(`SELECT count(*) FROM cardea.${table}`)).rows[0]?.count;

test('a signature nobody asked for and a token without one are named; what matches leaves nothing behind', async () => {
  const record = recordOf();
  record.add(signed('before anybody compared'));
  await begin(record);
  const ids = Array.from({ length: 50 }, () => randomUUID());
  for (const id of ids) {
    record.add(signed(id));
    await kept(id, 100);
  }
  record.add(undefined);
  record.add(signed('minted', { clientId: 'thief', caller: 'spiffe://cardea/token-2' }));
  await kept('unsigned', 200);
  await kept('young', 100);

  const { signatures, complete, findings } = await reconcile(record);
  expect({ signatures, complete }).toEqual({ signatures: 51, complete: true });
  expect(findings).toEqual([
    {
      kind: 'signature_without_token',
      id: 'minted',
      facts: expect.objectContaining({
        sequence: '53',
        client_id: 'thief',
        caller: 'spiffe://cardea/token-2',
        kid: 'k',
      }),
    },
    { kind: 'token_without_signature', id: 'unsigned', facts: expect.objectContaining({ client_id: 'app' }) },
  ]);
  expect(await count('signature_ledger')).toBe(1);
  expect(await count('signature_finding')).toBe(2);
  expect(await reconcile(record)).toMatchObject({ signatures: 0, findings: [] });
});

test('I04: one request accounts for one signature: a second one under its jti is found, in the same page or a later one', async () => {
  const record = recordOf();
  await begin(record);
  await kept('twice', 100);
  record.add(signed('twice'));
  record.add(signed('twice', { requestId: 'minted' }));
  const second = { kind: 'signature_without_token', id: 'twice', facts: { request_id: 'minted', sequence: '2' } };
  expect((await reconcile(record)).findings).toMatchObject([second]);
  record.add(signed('twice', { requestId: 'minted too' }));
  expect((await reconcile(record)).findings).toMatchObject([{ id: 'twice', facts: { sequence: '3' } }]);
});

test('what has no jti is known by its request id', async () => {
  const record = recordOf();
  await begin(record);
  await kept('request', 1);
  record.add(signed('', { requestId: 'request', purpose: 'userinfo' }));
  record.add(signed('', { requestId: 'minted', purpose: 'userinfo' }));
  expect((await reconcile(record)).findings).toMatchObject([{ kind: 'signature_without_token', id: 'minted' }]);
});

test('what was asked for and never answered may have a signature or not', async () => {
  const record = recordOf();
  await begin(record);
  await kept('with', 200, false);
  await kept('without', 200, false);
  record.add(signed('with'));
  expect(await reconcile(record)).toMatchObject({ signatures: 1, findings: [] });
  expect(await count('signature_ledger')).toBe(0);
});

test('it begins with what comes, page by page, and goes on where it stopped', async () => {
  const record = recordOf();
  for (let index = 0; index < 10; index++) record.add(signed(`old-${String(index)}`));
  await kept('kept before', 200);
  expect(await reconcile(record)).toMatchObject({ signatures: 0, findings: [] });
  expect(await reconcile(record)).toMatchObject({ signatures: 0, findings: [] });
  expect(await count('signature_ledger')).toBe(0);
  for (let index = 0; index < 4_500; index++) record.add(signed(`new-${String(index)}`));
  await database.pool.query(
    `INSERT INTO cardea.signature_ledger (id, purpose, client_id, answered)
      SELECT 'new-' || i, 'access_token', 'app', true FROM generate_series(0, 4499) AS i WHERE i <> 4321`,
  );
  const { signatures, findings } = await reconcile(record);
  expect(signatures).toBe(4_500);
  expect(findings).toMatchObject([{ kind: 'signature_without_token', id: 'new-4321' }]);
});

test('a ledger that came late settles what was found; a second worker at the same time finds nothing twice', async () => {
  const record = recordOf();
  await begin(record);
  for (let index = 0; index < 100; index++) record.add(signed(`late-${String(index)}`));
  const both = await Promise.all([reconcile(record), reconcile(record)]);
  expect(both.flatMap(({ findings }) => findings)).toHaveLength(100);
  await kept('late-7', 200);
  expect(await reconcile(record)).toMatchObject({ findings: [], settledLate: ['late-7'] });
  expect(await count('signature_finding')).toBe(99);
});

test('a record that was cut short or written anew is an alarm by itself, once', async () => {
  const record = recordOf();
  await begin(record);
  for (const id of ['a', 'b', 'c']) {
    record.add(signed(id));
    await kept(id, 1);
  }
  expect((await reconcile(record)).findings).toEqual([]);
  record.rows.splice(1);
  expect((await reconcile(record)).findings).toMatchObject([{ kind: 'signature_record_rewritten', id: '3' }]);
  expect((await reconcile(record)).findings).toEqual([]);
  for (const id of ['x', 'y']) record.add(signed(id));
  await database.pool.query('UPDATE cardea.signature_reconciliation SET sequence = 3, hash = $1', [Buffer.alloc(32)]);
  expect((await reconcile(record)).findings).toMatchObject([{ kind: 'signature_record_rewritten', id: '3' }]);
});

test('a worker that was frozen between reading and judging accuses nobody of what happened meanwhile', async () => {
  const record = recordOf();
  await begin(record);
  await kept('unsigned', 100);
  const grace = { settledSeconds: 1, ledgerSeconds: 1 };
  const aged = async (id: string) =>
    (
      await database.pool.query<{ aged: boolean }>(
        'SELECT clock_timestamp() > kept_at + make_interval(secs => $2) AS aged FROM cardea.signature_ledger WHERE id = $1',
        [id, grace.ledgerSeconds],
      )
    ).rows[0]?.aged;
  /** Has its answer, and then stands still for longer than the grace, while others go on. */
  const frozen: ListSignatures = async (request) => {
    const answer = await record.list(request);
    record.add(signed('meanwhile'));
    await kept('meanwhile', 0);
    while ((await aged('meanwhile')) !== true) await sleep(50);
    return answer;
  };
  const first = await reconcileSignatures(database.pool, frozen, undefined, grace);
  expect(first.findings).toMatchObject([{ kind: 'token_without_signature', id: 'unsigned' }]);
  expect(await reconcileSignatures(database.pool, record.list, undefined, grace)).toMatchObject({
    ...{ signatures: 1, findings: [] },
  });
  expect(await count('signature_ledger')).toBe(0);
});

test('a finding goes when it was looked into and is old; one that nobody looked into stays longer', async () => {
  const record = recordOf();
  await begin(record);
  const found = (id: string, days: number, acknowledged: boolean) =>
    database.pool.query(
      `INSERT INTO cardea.signature_finding (kind, id, facts, found_at, acknowledged_at)
        VALUES ('signature_without_token', $1, '{}', now() - make_interval(days => $2), CASE WHEN $3 THEN now() END)`,
      [id, days, acknowledged],
    );
  await found('old and done', 91, true);
  await found('young and done', 89, true);
  await found('old and open', 399, false);
  await found('too old', 401, false);
  await reconcile(record);
  const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM cardea.signature_finding ORDER BY id');
  expect(rows.map(({ id }) => id)).toEqual(['old and open', 'young and done']);
});

test('where nothing was signed there is one question and nothing to do; without a record nothing is kept', async () => {
  const record = recordOf();
  await begin(record);
  record.asked = 0;
  expect(await reconcile(record)).toMatchObject({ signatures: 0, complete: true, findings: [] });
  expect(record.asked).toBe(1);
  record.recording = false;
  await kept('one', 200);
  // Whoever switches the record off, or says so, is not silent: what was compared before is no more.
  expect(await reconcile(record)).toMatchObject({ complete: false, findings: [], ceased: true });
  expect(await count('signature_ledger')).toBe(0);
  // A token service that was not told goes on keeping its ledger, which must not grow for good.
  await kept('two', 1);
  expect(await reconcile(record)).toMatchObject({ complete: false, findings: [], ceased: false });
  expect(await count('signature_ledger')).toBe(0);
});

test('a record that cannot be reached leaves everything for the next round', async () => {
  const record = recordOf();
  await begin(record);
  await kept('unsigned', 200);
  const away: ListSignatures = () => Promise.reject(new Error('away'));
  await expect(reconcileSignatures(database.pool, away)).rejects.toThrow('away');
  expect(await count('signature_ledger')).toBe(1);
});

test('the ledger keeps what was signed, what was not answered, and goes on after an outage', async () => {
  const ledger = createSignatureLedger({ database: database.pool, log: quietLog });
  const signer = createTestSigner('https://id.example/');
  const keys = ledger.keeping(signer);
  const times = { issuedAt: 1, expiresAt: 2 };
  const logout = { algorithm: 'ES256', audience: 'app', subject: 's', sessionId: '', ...times };
  await keys.signLogoutToken({ ...logout, requestId: 'r-1', tokenId: 't-1' });
  const userinfo = { algorithm: 'ES256', subject: 's', audience: 'app', issuedAt: 1, extraClaimsJson: Buffer.alloc(0) };
  await keys.signUserinfo({ ...userinfo, requestId: 'r-2' });
  signer.away = true;
  await expect(keys.signUserinfo({ ...userinfo, requestId: 'r-3' })).rejects.toThrow('away');
  signer.away = false;
  await keys.signUserinfo({ ...userinfo, requestId: 'r-3' });
  await database.pool.query('ALTER TABLE cardea.signature_ledger RENAME TO elsewhere');
  await ledger.flush();
  await database.pool.query('ALTER TABLE cardea.elsewhere RENAME TO signature_ledger');
  signer.away = true;
  await expect(keys.signUserinfo({ ...userinfo, requestId: 'r-4' })).rejects.toThrow('away');
  await expect(keys.signUserinfo({ ...userinfo, requestId: 'r-5' })).rejects.toThrow('away');
  await ledger.flush();
  // Asked for again when they had been written: an answer counts, whenever it came.
  await expect(keys.signUserinfo({ ...userinfo, requestId: 'r-2' })).rejects.toThrow('away');
  signer.away = false;
  await keys.signUserinfo({ ...userinfo, requestId: 'r-5' });
  await ledger.close();
  const { rows } = await database.pool.query(
    'SELECT id, purpose, client_id, answered FROM cardea.signature_ledger ORDER BY id',
  );
  expect(rows).toEqual([
    { id: 'r-2', purpose: 'userinfo', client_id: 'app', answered: true },
    { id: 'r-3', purpose: 'userinfo', client_id: 'app', answered: true },
    { id: 'r-4', purpose: 'userinfo', client_id: 'app', answered: false },
    { id: 'r-5', purpose: 'userinfo', client_id: 'app', answered: true },
    { id: 't-1', purpose: 'logout_token', client_id: 'app', answered: true },
  ]);
});

test('what was found is told, though the round then fails', async () => {
  const record = recordOf();
  await begin(record);
  record.add(signed('minted'));
  record.add(signed('behind'));
  const failing: ListSignatures = (request) =>
    request.afterSequence === 0 ? record.list({ ...request, limit: 1 }) : Promise.reject(new Error('away'));
  const told: string[] = [];
  const tell = (findings: readonly { id: string }[]) => void told.push(...findings.map(({ id }) => id));
  await expect(reconcileSignatures(database.pool, failing, tell)).rejects.toThrow('away');
  expect(told).toEqual(['minted']);
});

test('the job goes on until all is compared, however long the record has grown', async () => {
  const record = recordOf();
  await begin(record);
  const all = 300;
  for (let index = 0; index < all; index++) record.add(signed(`old-${String(index)}`));
  const counter = () => ({ inc: () => undefined, labels: () => ({ inc: () => undefined }) });
  const metrics = { counter } as unknown as Metrics;
  const job = createReconciliation({
    ...{ redisUrl: `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/4`, database: database.pool },
    // A part ends after so many pages, and these are small.
    list: (request) => record.list({ ...request, limit: 1 }),
    ...{ events: createEvents(quietLog, metrics), log: quietLog, metrics },
  });
  try {
    await job.runNow();
    // Where the queue was faster, it is the queue that goes on.
    for (const from = Date.now(); Number(await count('signature_finding')) < all && Date.now() - from < 25_000;)
      await sleep(20);
  } finally {
    await job.close();
  }
  expect(await count('signature_finding')).toBe(all);
});

test('the job names each finding in an event, a metric and the log', async () => {
  const lines: [string, object][] = [];
  const log = { ...quietLog, error: (fields: object, message: string) => void lines.push([message, fields]) };
  const record = recordOf();
  await begin(record);
  record.add(signed('minted'));
  await kept('unsigned', 200);
  const counts = new Map<string, number>();
  const counter = (name: string) => {
    const inc = (labels: Record<string, string> | number = {}) => {
      const key = `${name} ${JSON.stringify(labels)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
    return { inc, labels: (label: string) => ({ inc: () => inc({ label }) }) };
  };
  const metrics = { counter } as unknown as Metrics;
  const job = createReconciliation({
    ...{ redisUrl: `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/4`, database: database.pool },
    ...{ list: record.list, events: createEvents(log, metrics), log, metrics },
  });
  try {
    await job.ready();
    // Whether the queue was faster or not, it is said once.
    await job.runNow();
    for (const from = Date.now(); lines.length < 2 && Date.now() - from < 25_000;) await sleep(20);
  } finally {
    await job.close();
  }
  const kinds: EventName[] = ['signature_without_token', 'token_without_signature'];
  expect(lines).toMatchObject([
    [kinds[0], { event: kinds[0], id: 'minted', client_id: 'app' }],
    [kinds[1], { event: kinds[1], id: 'unsigned', client_id: 'app' }],
  ]);
  const unfinished = () => counts.get('cardea_reconciliation_total {"result":"unfinished"}') ?? 0;
  const before = unfinished();
  record.recording = false;
  await job.runNow();
  await job.runNow();
  expect(lines.slice(2)).toEqual([
    ['the keys service keeps no record of signatures any more: nothing is compared', {}],
  ]);
  expect(unfinished() - before).toBe(2);
  for (const kind of kinds) {
    expect(counts.get(`cardea_signature_findings_total {"kind":"${kind}"}`)).toBe(1);
    expect(counts.get(`cardea_events_total {"label":"${kind}"}`)).toBe(1);
  }
});
