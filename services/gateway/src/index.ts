// @cardea/gateway: the public HTTP API; faces the internet and holds no secret.
export { service } from './service.js';
