// @cardea/admin: the admin HTTP API; faces operators and the login and consent app, never the internet.
export { service } from './service.js';
export { makeApiKey } from './authentication/api-keys.js';
