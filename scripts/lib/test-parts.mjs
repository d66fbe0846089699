// The real parts that groups of tests need, started or found, and told to the tests through the environment.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startSharedDemo } from './shared-demo.mjs';

async function freePort() {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** For four nodes of Redis, each with one port for the others. */
async function clusterPorts() {
  const ports = [];
  for (let node = 0; node < 4; node++) ports.push({ port: await freePort(), bus: await freePort() });
  return ports;
}

/** PostgreSQL, Redis and SoftHSM for `storage`. What the environment names already is used as it is. */
async function storageParts({ root, all, cache, progress }) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-test-parts-'));
  const common = { directory, cache, progress };
  const running = [];
  const keep = async (launching) => {
    const part = await launching;
    running.push(part);
    return part;
  };
  const stop = async () => {
    await Promise.all(running.map((part) => part.stop()));
    all.removeParts({ directory });
    rmSync(directory, { recursive: true, force: true });
  };
  const { CARDEA_TEST_DSN: dsn, CARDEA_TEST_REDIS_URL: redisUrl } = process.env;
  const settled = await Promise.allSettled([
    dsn ?? keep(all.launchPostgres({ ...common, port: await freePort() })).then((part) => part.dsn),
    redisUrl ?? keep(all.launchRedis({ ...common, port: await freePort() })).then((part) => part.url),
    all.prepareHsm(common),
  ]);
  const broken = settled.find(({ status }) => status === 'rejected');
  if (broken !== undefined) {
    await stop();
    throw broken.reason;
  }
  const [postgres, redis, hsm] = settled.map(({ value }) => value);
  const env = { CARDEA_TEST_DSN: postgres, CARDEA_TEST_REDIS_URL: redis };
  try {
    env.CARDEA_TEST_POOLED_DSN =
      process.env.CARDEA_TEST_POOLED_DSN ??
      (await keep(all.launchPgbouncer({ ...common, port: await freePort(), dsn: postgres }))).dsn;
    env.CARDEA_TEST_REDIS_CLUSTER_URL =
      process.env.CARDEA_TEST_REDIS_CLUSTER_URL ??
      (await keep(all.launchRedisCluster({ ...common, ports: await clusterPorts() }))).url;
  } catch (error) {
    await stop();
    throw error;
  }
  if (hsm !== undefined) {
    Object.assign(env, hsm.environment, {
      CARDEA_TEST_HSM_LIBRARY: hsm.library,
      CARDEA_TEST_HSM_UTIL: hsm.utility,
      CARDEA_TEST_HSM_SHIM: await shimFor({ root, all, cache, progress }).catch(async (error) => {
        await stop();
        throw error;
      }),
    });
  }
  return { env, stop };
}

/** The library that stands between the keys service and SoftHSM and makes faults. */
function shimFor({ root, all, cache, progress }) {
  return all.compileLibrary({ source: path.join(root, 'services/keys/fault-shim/fault-shim.c'), cache, progress });
}

/** Suites that say `joinDemo` share one; the others start demos of their own, or none. */
const sharesDemo = (root) => (file) => readFileSync(path.join(root, file), 'utf8').includes('joinDemo(');

/** A demo for `wire` and `browser` to share, and a browser for the latter. */
async function demoParts({ root, all, cache, progress, files, browser }) {
  // Found first: a download would otherwise compete with the start of the demo.
  const chromium = browser ? await all.findChromium({ cache, progress }) : undefined;
  const env = chromium === undefined ? {} : { CARDEA_TEST_CHROMIUM: JSON.stringify(chromium) };
  if (!files.some(sharesDemo(root))) return { env, stop: () => Promise.resolve() };
  const demo = await startSharedDemo({ root, all });
  return { env: { ...env, CARDEA_TEST_DEMO: demo.line }, stop: demo.stop };
}

/**
 * @param {string[]} names of the groups that are about to run together
 * @param {{ root: string, all: typeof import('@cardea/all'), cache: string, files: string[],
 *   progress: (sentence: string) => void }} options `files` are their tests
 * @returns {Promise<{ env: Record<string, string>, stop(): Promise<void> }>}
 */
export async function partsFor(names, options) {
  const env = names.includes('chart') ? await chartParts(options) : {};
  if (names.includes('storage')) {
    const parts = await storageParts(options);
    return { ...parts, env: { ...parts.env, ...env } };
  }
  if (names.includes('wire') || names.includes('browser')) {
    return demoParts({ ...options, browser: names.includes('browser') });
  }
  return { env, stop: () => Promise.resolve() };
}

/** Both helms. */
async function chartParts({ all, cache, progress }) {
  return { CARDEA_TEST_HELMS: JSON.stringify(await all.findHelms({ cache, progress })) };
}
