// The table of ports: what stands where by default, and where with `--ports N` (ARCHITECTURE §11).

/** The ports of a demo. */
export type Ports = Readonly<Record<PortName, number>>;

type PortName =
  | 'public'
  | 'admin'
  | 'token'
  | 'keys'
  | 'tokenReplica'
  | 'managementGateway'
  | 'managementAdmin'
  | 'managementToken'
  | 'managementWorker'
  | 'managementKeys'
  | 'managementTokenReplica'
  | 'login'
  | 'rp'
  | 'postgres'
  | 'redis';

/** Default port, and offset from the base of `--ports`. */
const table: Readonly<Record<PortName, readonly [port: number, offset: number]>> = {
  public: [4444, 0],
  admin: [4445, 1],
  token: [4450, 2],
  keys: [4451, 3],
  tokenReplica: [4452, 4],
  managementGateway: [4460, 10],
  managementAdmin: [4461, 11],
  managementToken: [4462, 12],
  managementWorker: [4463, 13],
  managementKeys: [4464, 14],
  managementTokenReplica: [4465, 15],
  login: [3000, 20],
  rp: [5555, 30],
  postgres: [4470, 40],
  redis: [4471, 41],
};

/** How far the highest port is from the base. */
export const portSpan = Math.max(...Object.values(table).map(([, offset]) => offset));

/** @param base of `--ports`; without it the ports everybody knows */
export function portTable(base?: number): Ports {
  return Object.fromEntries(
    Object.entries(table).map(([name, [port, offset]]) => [name, base === undefined ? port : base + offset]),
  ) as Ports;
}
