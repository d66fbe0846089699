// All faults, in the order of the catalogue (security §4).
import type { Fault } from './fault.js';
import { silence } from './fault.js';
import { diskFaults } from './faults-disk.js';
import { herdFault } from './faults-herd.js';
import { keysFaults } from './faults-keys.js';
import { descriptorFault } from './faults-limits.js';
import { neighbourFault } from './faults-neighbours.js';
import { operatorFaults } from './faults-operators.js';
import { overloadFault } from './faults-overload.js';
import { postgresFaults } from './faults-postgres.js';
import { processFaults } from './faults-processes.js';
import { redisFaults } from './faults-redis.js';
import { rpcFaults } from './faults-rpc.js';
import { schemaFault } from './faults-schema.js';
import { timeFaults } from './faults-time.js';

export const catalogue: readonly Fault[] = [
  ...processFaults,
  ...postgresFaults,
  ...redisFaults,
  ...keysFaults,
  ...operatorFaults,
  ...timeFaults,
  ...diskFaults,
  ...rpcFaults,
  overloadFault,
  schemaFault,
  herdFault,
  descriptorFault,
  neighbourFault,
].sort((a, b) => a.id.localeCompare(b.id));

const chosen = ['after a refresh token was used up', 'by which a family falls', 'FLUSHALL each second'];

/**
 * What each run of the tests makes: one of every kind. A busy machine may refuse and lose more than a fault explains; what it may not
 * do is say something wrong.
 */
export const shortCatalogue: readonly Fault[] = catalogue
  .filter(({ how }) => chosen.some((words) => how.endsWith(words)))
  .map((fault) => ({ ...fault, may: silence }));
