// @cardea/rpc: the generated contracts, and the one adapter between promises and gRPC.
export * from './contracts.js';
export { certificateNames } from './caller.js';
export type { TlsFiles, TransportSecurity } from './credentials.js';
export type { CallOptions, ClientOf, ClientOptions, Peer, PeerOptions } from './peer.js';
export { connectPeer } from './peer.js';
export type { RpcServer, RpcServerOptions } from './server.js';
export { serveRpc } from './server.js';
export type {
  AllowList,
  CallContext,
  CallObserver,
  Handlers,
  ObservedCall,
  RpcLog,
  ServedService,
  ServiceDefinition,
} from './service.js';
export { implement } from './service.js';
