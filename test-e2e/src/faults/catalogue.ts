// All faults, in the order of the catalogue (security §4).
import type { Fault } from './fault.js';
import { postgresFaults } from './faults-postgres.js';
import { processFaults } from './faults-processes.js';
import { redisFaults } from './faults-redis.js';

export const catalogue: readonly Fault[] = [...processFaults, ...postgresFaults, ...redisFaults].sort((a, b) =>
  a.id.localeCompare(b.id),
);
