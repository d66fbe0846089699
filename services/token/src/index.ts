// @cardea/token: all OAuth rules and state, and the worker that cleans up after them.
export type { Pruned } from './jobs/prune.js';
export { pruneOnce } from './jobs/prune-once.js';
export { resealOnce } from './jobs/reseal-once.js';
export type { MigrationSession } from './migration-session.js';
export { connectForMigrations } from './migration-session.js';
export { migrations } from './migrations.js';
export { service } from './service.js';
export { workerService } from './worker-service.js';
