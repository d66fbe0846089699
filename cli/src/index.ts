// @cardea/cli: the `cardea` command as a function, and the page that describes it.
export { main } from './main.js';
export { commandReference } from './reference.js';
