// @cardea/cli: the `cardea` command as a function.
export { main } from './main.js';
