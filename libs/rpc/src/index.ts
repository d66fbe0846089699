// @cardea/rpc: the generated contracts, and the one adapter between promises and gRPC.
export * from './contracts.js';
