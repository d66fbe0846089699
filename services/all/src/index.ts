// @cardea/all: every service in one process, and the demo that runs each in a process of its own. Loads no service itself.
export { portTable } from './demo/ports.js';
export { launchProgram } from './demo/processes.js';
export { runDemo } from './demo/run.js';
export type { Kubernetes, Launched, NodePrograms, PatroniNode, Progress, PrometheusTools } from './parts/index.js';
export {
  compileLibrary,
  findBuildRoot,
  findBuildah,
  findChromium,
  findHelms,
  findKubernetes,
  findNodePrograms,
  findPrometheus,
  findStoreRoot,
  findWrk,
  launchPatroni,
  launchPgbouncer,
  launchPostgres,
  launchPostgresPair,
  launchPrometheus,
  launchRedis,
  launchRedisCluster,
  prepareAddon,
  prepareHsm,
  removeParts,
  runTool,
} from './parts/index.js';
export { allServices } from './services.js';
