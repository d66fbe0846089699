// PostgreSQL servers that stand in for one another, and what happens to them, in this order.
import type { Fault } from '../faults/fault.js';
import type { Postgres } from '../faults/servers.js';

export interface Scenario {
  /** As services and the checker reach whichever takes writes. */
  readonly postgres: Postgres;
  readonly faults: readonly Fault[];
  /** Files, by whose log they are. */
  readonly logs: ReadonlyMap<string, string>;
}
