// @cardea/oauth: the protocol's rules, pure. No I/O, no clock, no randomness: `now` and random bytes are arguments.
export * from './errors.js';
export * from './handle.js';
export * from './authorization.js';
export * from './parameters.js';
export * from './scope.js';
export * from './audience.js';
export * from './pkce.js';
export * from './redirect-uri.js';
export * from './authorize/prompt.js';
export * from './authorize/flow.js';
export * from './authorize/response.js';
export * from './authorize/request.js';
export * from './logout.js';
export * from './subject.js';
export * from './lifespan.js';
