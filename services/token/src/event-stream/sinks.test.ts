// Sinks of the audit stream over real PostgreSQL, Redis and HTTP: every event comes at least once and in order, batches are signed and
// tried again, what was given up waits for an operator, and jobs carry numbers only (issue 7; security catalogue F25).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { EventType } from '@cardea/service';
import { eventTypeNames, loadConfig, noTracing } from '@cardea/service';
import { Queue } from 'bullmq';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, needed, quietLog } from '../database.fixture.js';
import { createJobDesk } from '../jobs/job-desk.js';
import { prune } from '../jobs/prune.js';
import { queueNames } from '../jobs/queues.js';
import { insertEvents, newEvent } from '../storage/event-outbox.js';
import { metrics } from '../tokens.fixture.js';
import { fileSink } from './line-sink.js';
import { openEventStream } from './open-stream.js';
import { createPump } from './pump.js';
import { startSinks } from './start-sinks.js';
import { until } from './stream.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(300_000);

const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/12`;
let database: TestDatabase;
let directory: string;
let redis: Redis;
const ends: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-events-'));
  redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
});
beforeEach(async () => {
  await redis.flushdb();
  await database.pool.query('TRUNCATE cardea.event, cardea.event_sink, cardea.event_delivery');
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(async () => {
  redis.disconnect();
  rmSync(directory, { recursive: true });
  await database.drop();
});

const issued = 'cardea.token.issued.v1';
const tell = (...ids: readonly string[]) =>
  insertEvents(
    database.pool,
    ids.map((id) => newEvent(issued, { client_id: id })),
  );
const idOf = (event: { data: Record<string, unknown> }) => event.data['client_id'];
const range = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));

const configOf = (env: Readonly<Record<string, string>>) =>
  loadConfig({ env: { URLS_SELF_ISSUER: 'https://as.test', DEV: 'true', ...env } });
/** A service's process, as far as streams know it. */
const hostOf = (own: (() => Promise<void> | void)[]) => ({
  ...{ log: quietLog, metrics, tracing: noTracing, now: Date.now },
  random: (bytes: number) => Buffer.alloc(bytes),
  onStop: (end: () => Promise<void> | void) => void own.push(end),
});

/** A worker's sinks, as settings say. Returns once each has its place in the stream, from which on it gets everything. */
async function start(env: Readonly<Record<string, string>>, names: readonly string[]): Promise<() => Promise<void>> {
  const own: (() => Promise<void> | void)[] = [];
  startSinks(configOf(env), hostOf(own), { database: database.pool, redisUrl });
  const stop = async () => {
    for (const end of own.splice(0).reverse()) await end();
  };
  ends.push(stop);
  await until(async () => {
    const { rows } = await database.pool.query('SELECT FROM cardea.event_sink WHERE name = ANY($1)', [names]);
    return rows.length === names.length;
  });
  return stop;
}

describe('a file', () => {
  /** All that end: the last may be on its way. */
  const lines = (file: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { type: EventType; source: string; data: Record<string, unknown> });

  test('gets each event as a line, in order, for its owner alone; renamed, it is begun anew', async () => {
    const file = path.join(directory, 'rotated.jsonl');
    await start({ EVENTS_FILE: file }, ['file']);
    await tell(...range(1_200));
    await until(() => statSync(file, { throwIfNoEntry: false }) !== undefined && lines(file).length >= 1_200);
    expect(lines(file).map(idOf)).toEqual(range(1_200));
    expect(lines(file)[0]).toMatchObject({ specversion: '1.0', source: 'https://as.test', type: issued });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    renameSync(file, `${file}.1`);
    await tell('after');
    await until(() => statSync(file, { throwIfNoEntry: false }) !== undefined && lines(file).length >= 1);
    expect([lines(file).map(idOf), lines(`${file}.1`).length]).toEqual([['after'], 1_200]);
  });

  test('gets what happened before the first worker came', async () => {
    const file = path.join(directory, 'before.jsonl');
    const own: (() => Promise<void> | void)[] = [];
    const { recorder } = await openEventStream(configOf({ EVENTS_FILE: file }), hostOf(own), database.pool);
    recorder.record(issued, { client_id: 'early' });
    for (const end of own) await end();
    await start({ EVENTS_FILE: file }, ['file']);
    await until(() => statSync(file, { throwIfNoEntry: false }) !== undefined && lines(file).length >= 1);
    expect(lines(file).map(idOf)).toEqual(['early']);
  });

  test('gets only what is asked for, and from several workers each event once', async () => {
    const file = path.join(directory, 'shared.jsonl');
    const env = { EVENTS_FILE: file, EVENTS_TYPES: 'cardea.client.*' };
    await Promise.all([start(env, ['file']), start(env, ['file']), start(env, ['file'])]);
    for (const id of range(20)) {
      await tell(id);
      await insertEvents(database.pool, [newEvent('cardea.client.created.v1', { client_id: id })]);
    }
    await until(() => statSync(file, { throwIfNoEntry: false }) !== undefined && lines(file).length >= 20);
    expect(lines(file).map((event) => [event.type, idOf(event)])).toEqual(
      range(20).map((id) => ['cardea.client.created.v1', id]),
    );
  });

  test('that cannot be written keeps its place, and gets everything when it can', async () => {
    const file = path.join(directory, 'not-yet', 'events.jsonl');
    const broken = fileSink(file);
    const taken: string[][] = [];
    let works = false;
    const pump = createPump({
      ...{ database: database.pool, name: 'broken', types: eventTypeNames, batch: 2, log: quietLog },
      async take(events) {
        const ids = events.map((event) => String(idOf(event)));
        if (!works) await broken.write(ids.join('\n'));
        taken.push(ids);
      },
    });
    ends.push(() => pump.close());
    await pump.pumpNow();
    await tell('a', 'b', 'c');
    await until(() =>
      pump.pumpNow().then(
        () => false,
        (error: unknown) => String((error as Error).cause).includes('ENOENT'),
      ),
    );
    works = true;
    await until(async () => {
      await pump.pumpNow();
      return taken.length >= 2;
    });
    expect(taken).toEqual([['a', 'b'], ['c']]);
  });
});

describe('a webhook', () => {
  interface Received {
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }
  let received: Received[] = [];
  let status: (count: number) => number = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status(received.length)).end();
    });
  });
  const secret = 'a-secret-of-the-webhook';
  let env: Record<string, string>;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    env = {
      EVENTS_WEBHOOK_URL: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/events`,
      EVENTS_WEBHOOK_SECRET: secret,
    };
  });
  beforeEach(() => {
    received = [];
    status = () => 204;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const eventsIn = ({ body }: Received) => JSON.parse(body) as { id: string; data: Record<string, unknown> }[];
  const pending = async () =>
    (await database.pool.query('SELECT state FROM cardea.event_delivery')).rows.map((row) => String(row['state']));

  test('gets events in signed batches, each job no more than a number', async () => {
    const stop = await start(env, ['webhook']);
    const queue = new Queue(queueNames.events, { connection: { url: redisUrl } });
    ends.push(() => queue.close());
    const paused = queue.pause();
    await paused;
    await tell(...range(250));
    await until(async () => (await queue.getJobs()).length >= 3);
    expect((await queue.getJobs()).map(({ data }) => Object.keys(data as object).sort())).toEqual(
      [1, 2, 3].map(() => ['attempts', 'id']),
    );
    await queue.resume();
    await until(async () => (await pending()).length === 0 && received.length >= 3);
    const got = received.flatMap(eventsIn).map(idOf).map(Number);
    expect(got.toSorted((a, b) => a - b)).toEqual(range(250).map(Number));
    expect(received.map((batch) => eventsIn(batch).length).toSorted()).toEqual([100, 100, 50]);
    for (const { headers, body } of received) {
      expect(headers['content-type']).toBe('application/cloudevents-batch+json; charset=UTF-8');
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      const signature = createHmac('sha256', secret).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    }
    await stop();
  });

  test('that fails is asked again with the same events', async () => {
    status = (count) => (count < 3 ? 500 : 200);
    await start(env, ['webhook']);
    await tell('a', 'b');
    await until(async () => received.length >= 3 && (await pending()).length === 0);
    const ids = received.map((batch) => eventsIn(batch).map(({ id }) => id));
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('F25: that fails for a day leaves a dead letter, which an operator sends again', async () => {
    status = () => 404;
    const desk = createJobDesk(redisUrl, quietLog);
    ends.push(() => desk.close());
    await start(env, ['webhook']);
    await tell('late');
    await until(async () => {
      await database.pool.query(
        `UPDATE cardea.event_delivery SET created_at = now() - interval '1 day', next_at = now() WHERE state = 'pending'`,
      );
      return (await pending()).includes('failed');
    });
    const letters = () => desk.list(queueNames.events, 'failed', 0, 10);
    await until(async () => (await letters()).length === 1);
    expect(await letters()).toMatchObject([{ failedReason: 'the event webhook did not take it for a day; last: 404' }]);
    status = () => 200;
    const before = received.length;
    await desk.retryFailed(queueNames.events);
    await until(async () => (await pending()).length === 0);
    expect(received.slice(before).flatMap(eventsIn).map(idOf)).toEqual(['late']);
    // What nobody has sent again is forgotten in the end.
    await database.pool.query(
      `INSERT INTO cardea.event_delivery (from_xid, from_sequence, to_xid, to_sequence, state, next_at)
        VALUES ('0', 0, '1', 0, 'failed', now() - interval '15 days')`,
    );
    expect(await prune(database.pool, Date.now())).toMatchObject({ eventBatches: 1 });
  });
});
