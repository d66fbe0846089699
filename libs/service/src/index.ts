// @cardea/service: what every process shares: configuration, log, metrics, traces, health, start and drain.
export type { ClockWatch } from './clock-watch.js';
export { watchClock } from './clock-watch.js';
export type { Config } from './config/load.js';
export { ConfigError } from './config/config-error.js';
export { loadConfig, required } from './config/load.js';
export { chartFills } from './config/chart-fills.js';
export { foreignSettings } from './config/foreign.js';
export { environmentName } from './config/shape.js';
export { nearest } from './config/nearest.js';
export { adminRoles } from './config/sections/admin-authentication.js';
export { configJsonSchema } from './config/json-schema.js';
export { configurationPage, errorsPage } from './documentation.js';
export { exampleFile } from './example-file.js';
export type { EventData, EventFacts, EventType } from './events/event-types.js';
export { eventTypeNames, eventTypes, eventTypesOf } from './events/event-types.js';
export { eventsPage } from './events/events-page.js';
export { followServices } from './follow-services.js';
export { drainable } from './http-drain.js';
export type { Log } from './log.js';
export { openLog } from './log.js';
export type { Metrics } from './metrics.js';
export { fromZero } from './metrics.js';
export type { MigrationConnection, MigrationStatus } from './migrate.js';
export { migrationStatus, runMigrations } from './migrate.js';
export {
  bytesColumn,
  flagColumn,
  hexColumn,
  instantColumn,
  integerColumn,
  numberColumn,
  textColumn,
  uuidColumn,
} from './postgres/columns.js';
export { sqlState } from './postgres/driver.js';
export { listenDsn } from './postgres/listening.js';
export type { Pooler } from './postgres/reach.js';
export { reachPostgres } from './postgres/reach.js';
export { tracePool } from './postgres/traced.js';
export type { ConfigSource } from './reload.js';
export { configFromProcess, run, runAll } from './run.js';
export { securityOf } from './security.js';
export type { Host, Service, ServiceName } from './service.js';
export type { RunningService } from './start.js';
export { startService } from './start.js';
export type { Tracing, TraceSpan } from './trace.js';
export { noTracing, traced, tracedAlone } from './trace.js';
