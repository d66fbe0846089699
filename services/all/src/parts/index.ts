// The parts that development mode brings with it (ARCHITECTURE §8): real servers and tools, found or fetched, never installed.
export { findChromium } from './chromium.js';
export { findHelms } from './helm.js';
export type { HsmParts } from './hsm.js';
export { prepareHsm } from './hsm.js';
export { compileLibrary } from './native-library.js';
export { prepareAddon } from './pkcs11-addon.js';
export type { PatroniNode } from './patroni.js';
export { launchPatroni } from './patroni.js';
export { launchPgbouncer } from './pgbouncer.js';
export { launchPostgres } from './postgres.js';
export { launchPostgresPair } from './postgres-pair.js';
export type { Progress } from './progress.js';
export { launchRedis } from './redis.js';
export { launchRedisCluster } from './redis-cluster.js';
export { removeParts } from './remove.js';
export type { Launched } from './server-process.js';
export { findWrk } from './wrk.js';
