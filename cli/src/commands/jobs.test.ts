// `cardea jobs` against the running services and a worker whose rounds of cleaning fail: real PostgreSQL, Redis and gRPC.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { RunningService } from '@cardea/service';
import { loadConfig, startService } from '@cardea/service';
import { connectForMigrations, workerService } from '@cardea/token';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

const redis = new URL(String(process.env['CARDEA_TEST_REDIS_URL']));
// A database of Redis that no other suite flushes.
redis.pathname = '/3';
let running: Running;
let worker: RunningService;

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

beforeAll(async () => {
  const flushing = connect(Number(redis.port), redis.hostname);
  flushing.end('SELECT 3\r\nFLUSHDB\r\n');
  await once(flushing.resume(), 'close');
  running = await startRunning({ REDIS_URL: redis.href });
  const session = await connectForMigrations(running.dsn);
  await session.query('ALTER TABLE cardea.user_code RENAME TO user_code_of_a_broken_installation');
  await session.end();
  const env = { DSN: running.dsn, REDIS_URL: redis.href, SERVE_MANAGEMENT_WORKER: '0' };
  worker = await startService(workerService, loadConfig({ env }), { log });
}, 120_000);
afterAll(async () => {
  await worker.stop();
  await running.stop();
});

const cardea = (...words: string[]) => running.cardea(['jobs', ...words]);

/** The one dead letter, once there is one. */
async function letter(): Promise<string> {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { code, out, err } = await cardea('list', 'cardea-cleaning', '-q');
    expect([code, err]).toEqual([0, '']);
    if (out.trim() !== '') return out.trim();
  }
  throw new Error('no job failed within 30 s');
}

test('dead letters are listed, shown, tried again and drained', async () => {
  const id = await letter();
  expect((await cardea('list')).out).toMatch(/^cardea-cleaning +0 +0 +1 +0 +1$/m);
  expect((await cardea('list', 'cardea-cleaning')).out).toContain('relation "cardea.user_code" does not exist');
  const shown = await cardea('show', 'cardea-cleaning', id, '--format', 'json');
  expect(JSON.parse(shown.out)).toMatchObject({ id, name: 'prune', state: 'failed', attempts: 1, data: {} });

  expect(await cardea('retry', 'cardea-cleaning', id)).toMatchObject({ code: 0, out: `ID\n${id}\n` });
  // It fails again, and is there again.
  expect(await letter()).toBe(id);
  expect(await cardea('retry', 'cardea-cleaning', '--all')).toMatchObject({ code: 0, out: 'JOBS\n1\n' });
  expect(await letter()).toBe(id);
  expect(await cardea('drain', 'cardea-cleaning')).toMatchObject({ code: 0, out: 'JOBS\n1\n' });
  expect((await cardea('list', 'cardea-cleaning', '-q')).out.trim()).toBe('');
});

test('what is not there, and what is not said, is told', async () => {
  const at = running.admin;
  expect(await cardea('show', 'cardea-cleaning', '7')).toMatchObject({
    ...{ code: 3, err: `cardea: there is no job "7" in queue "cardea-cleaning" at ${at}\n` },
  });
  expect(await cardea('drain', 'letters')).toMatchObject({
    code: 3,
    err: `cardea: there is no queue "letters" at ${at}\n`,
  });
  for (const words of [['cardea-cleaning'], ['cardea-cleaning', '7', '--all']])
    expect((await cardea('retry', ...words)).err).toContain('Give the id of one job, or --all');
});
