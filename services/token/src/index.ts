// @cardea/token: all OAuth rules and state, and the worker that cleans up after them.
export { migrations } from './migrations.js';
export { service } from './service.js';
export { workerService } from './worker-service.js';
