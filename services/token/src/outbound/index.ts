// The outbound room's face: the client, its error, and what its settings are made of.
export { createOutbound } from './outbound.js';
export type { Outbound } from './outbound.js';
export { OutboundError } from './outbound-error.js';
export { outboundPolicy } from './settings.js';
