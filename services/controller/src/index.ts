// @cardea/controller: clients as Kubernetes resources, kept as their resources say.
export { service } from './service.js';
