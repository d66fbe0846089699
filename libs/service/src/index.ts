// @cardea/service: what every process shares: configuration, log, metrics, traces, health, start and drain.
export type { Config } from './config/load.js';
export { ConfigError } from './config/config-error.js';
export { loadConfig, required } from './config/load.js';
export { adminRoles } from './config/sections/admin-authentication.js';
export { configurationPage, errorsPage } from './documentation.js';
export { drainable } from './http-drain.js';
export type { Log } from './log.js';
export { openLog } from './log.js';
export type { Metrics } from './metrics.js';
export type { MigrationConnection, MigrationStatus } from './migrate.js';
export { migrationStatus, runMigrations } from './migrate.js';
export { configFromProcess, run, runAll } from './run.js';
export { securityOf } from './security.js';
export type { Host, Service, ServiceName } from './service.js';
export type { RunningService } from './start.js';
export { startService } from './start.js';
export type { Tracing, TraceSpan } from './trace.js';
