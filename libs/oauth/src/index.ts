// @cardea/oauth: the protocol's rules, pure. No I/O, no clock, no randomness: `now` and random bytes are arguments.
export * from './errors.js';
export * from './handle.js';
export * from './authorization.js';
export * from './redirect-uri.js';
