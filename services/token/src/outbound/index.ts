// The outbound room's face: the client, its error, and what its settings are made of.
export { createOutbound } from './outbound.js';
export type { Outbound, OutboundOptions, OutboundPost } from './outbound.js';
export { OutboundError } from './outbound-error.js';
export type { TargetPolicy } from './target.js';
export { outboundPolicy } from './settings.js';
