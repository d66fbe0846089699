// What can be served, each with its purpose, the settings it cannot do without, and an example.

/** One word after `cardea serve`. */
export interface Served {
  readonly name: 'gateway' | 'admin' | 'token' | 'worker' | 'keys' | 'all';
  readonly purpose: string;
  readonly needs: string;
  readonly example: string;
}

export const served: readonly Served[] = [
  {
    name: 'gateway',
    purpose: 'The public HTTP API that relying parties and browsers use. Holds no secret.',
    needs: 'urls.self.issuer; peers.token.addresses when the token service is on another machine',
    example: 'cardea serve gateway --config cardea.yaml',
  },
  {
    name: 'admin',
    purpose: 'The admin HTTP API that operators and the login app use. Keep it off the internet.',
    needs: 'peers.token.addresses when the token service is on another machine',
    example: 'cardea serve admin --config cardea.yaml',
  },
  {
    name: 'token',
    purpose: 'All OAuth rules and state, over gRPC; internal services introspect tokens here.',
    needs: 'dsn, secrets.system, urls.self.issuer, urls.login, urls.consent; redis.url for speed',
    example: 'cardea serve token --config cardea.yaml --config token-secrets.yaml',
  },
  {
    name: 'worker',
    purpose: 'Scheduled work: drops what has expired.',
    needs: 'dsn, redis.url',
    example: 'cardea serve worker --config cardea.yaml --config token-secrets.yaml',
  },
  {
    name: 'keys',
    purpose: 'The signing keys, over gRPC, reachable for the token and admin services only.',
    needs: 'dsn, and either keys.kek or hsm.enabled, hsm.library, hsm.pin and hsm.token_label',
    example: 'cardea serve keys --config cardea.yaml --config keys-secrets.yaml',
  },
  {
    name: 'all',
    purpose: 'All five services in one process, for development.',
    needs: 'what each of them needs',
    example: 'cardea serve all --config cardea.yaml',
  },
];
