// @cardea/cli: the `cardea` command as a function, and the pages that are written from it.
export { productionChecklist } from './doctor/checklist.js';
export { main } from './main.js';
export { commandReference } from './reference.js';
