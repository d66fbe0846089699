// What each process of the house is told: two of every service that a request needs, one admin, one worker (security §4).

/** The processes of the house, in the order in which they become ready. */
export const memberNames = [
  'keys-1',
  'keys-2',
  'token-1',
  'token-2',
  'worker',
  'admin',
  'gateway-1',
  'gateway-2',
] as const;
export type MemberName = (typeof memberNames)[number];

/** The service that a process runs. */
export type Kind = 'keys' | 'token' | 'worker' | 'admin' | 'gateway';
export const kindOf = (name: MemberName): Kind => name.replace(/-\d$/, '') as Kind;

/** Ports of one house, all below its base plus hundred. */
export interface HousePorts {
  readonly listen: Readonly<Partial<Record<MemberName, number>>>;
  readonly management: Readonly<Record<MemberName, number>>;
  readonly postgres: number;
  /** Cache, queue, and one more that stands by. */
  readonly redis: readonly [cache: number, queue: number, spare: number];
}

export function housePorts(base: number): HousePorts {
  return {
    listen: { 'gateway-1': base, 'gateway-2': base + 1, admin: base + 2, 'token-1': base + 3, 'token-2': base + 4 },
    management: Object.fromEntries(
      memberNames.map((name, index) => [name, base + 10 + index]),
    ) as HousePorts['management'],
    postgres: base + 40,
    redis: [base + 41, base + 42, base + 43],
  };
}

/** What a process must know besides ports. */
export interface HouseFacts {
  readonly ports: HousePorts;
  /** Where sockets may lie. */
  readonly directory: string;
  readonly systemFile: string;
  readonly kekFile: string;
  /** PostgreSQL and both Redis as this process reaches them: over wires of its own. */
  readonly dsn: string;
  readonly cacheUrl: string;
  readonly queueUrl: string;
  readonly hsm: { readonly library: string; readonly pin: string; readonly tokenLabel: string } | undefined;
}

const local = (port: number | undefined) => `http://127.0.0.1:${String(port)}`;
const replicas = (kind: Kind) => memberNames.filter((name) => kindOf(name) === kind);

/** The settings of a process, as a configuration file has them. */
export function settingsOf(name: MemberName, facts: HouseFacts): Record<string, unknown> {
  const { ports, directory } = facts;
  const kind = kindOf(name);
  const rpc = (member: MemberName) =>
    kindOf(member) === 'keys' ? `unix:${directory}/${member}.sock` : `127.0.0.1:${String(ports.listen[member])}`;
  const stores = kind === 'token' || kind === 'worker';
  return {
    serve: {
      public: { host: '127.0.0.1', port: ports.listen['gateway-1'] },
      admin: { host: '127.0.0.1', port: ports.listen.admin },
      ...(kind === 'gateway' ? { public: { host: '127.0.0.1', port: ports.listen[name] } } : {}),
      ...(kind === 'token' || kind === 'keys' ? { [kind]: { address: rpc(name) } } : {}),
      management: { host: '127.0.0.1', [kind]: ports.management[name] },
      // Clients have as long to leave their connections, and are told to keep one they do not use no longer than that: none is closed
      // just as a request comes over it.
      drain_grace: kind === 'gateway' || kind === 'admin' ? '5s' : '500ms',
    },
    peers: {
      token: { addresses: replicas('token').map(rpc) },
      keys: { addresses: replicas('keys').map(rpc) },
    },
    urls: {
      self: { issuer: local(ports.listen['gateway-1']), admin: local(ports.listen.admin) },
      // Nobody is at home there: the driver answers login and consent through the admin API itself.
      login: 'http://127.0.0.1:9/login',
      consent: 'http://127.0.0.1:9/consent',
      logout: 'http://127.0.0.1:9/logout',
    },
    ...(stores || kind === 'keys' ? { dsn: facts.dsn } : {}),
    ...(stores
      ? {
          redis: { url: facts.cacheUrl, queue_url: facts.queueUrl },
          secrets: { system_file: facts.systemFile },
        }
      : {}),
    ...(kind === 'keys'
      ? {
          keys: { kek_file: facts.kekFile },
          ...(facts.hsm === undefined
            ? {}
            : {
                hsm: {
                  enabled: true,
                  library: facts.hsm.library,
                  pin: facts.hsm.pin,
                  token_label: facts.hsm.tokenLabel,
                },
              }),
        }
      : {}),
  };
}
