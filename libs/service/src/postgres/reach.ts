// Makes the PostgreSQL driver find the server that takes writes, and believe none that does not: for pools and for single
// connections, directly or through a pooler (security F07, ARCHITECTURE §2 law 10: unknown is 503).
import type { Answered } from './asking.js';
import { askPatiently } from './asking.js';
import type { DriverClient, DriverPool } from './driver.js';
import { doubtsServer, saidNothing } from './failures.js';
import { postgresHosts, spelled } from './hosts.js';
import type { PostgresHost } from './hosts.js';
import { createPace } from './pace.js';
import type { Standing } from './primary.js';
import { createPrimary } from './primary.js';

/** What stands between us and PostgreSQL: `transaction` gives each transaction whichever connection is free. */
export type Pooler = 'none' | 'transaction';

export interface Reach<Client> {
  /** To be given to the driver with `Client`. */
  readonly connectionString: string;
  /** A client that connects to the present primary. */
  readonly Client: Client;
  /** Learns from a pool's troubles. */
  watch(pool: DriverPool): void;
}

type DriverClass = new (config?: never) => object;
type OpenedClass = new (config?: unknown) => DriverClient;
/** As much of `pg`'s configuration of a client as is read here. */
type DriverConfig = { readonly query_timeout?: number } & Readonly<Record<string, unknown>>;

const askMillis = 2_000;
const standing = `SELECT pg_is_in_recovery() AS standby,
  CASE WHEN pg_is_in_recovery() THEN '0' ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline`;

/**
 * @param Driver `pg.Client`
 * @throws {Error} for a URL with several servers that cannot be read
 */
export function reachPostgres<Client extends DriverClass>(
  Driver: Client,
  dsn: string,
  pooler: Pooler = 'none',
): Reach<Client> {
  const Base = Driver as unknown as OpenedClass;
  const { url, hosts } = postgresHosts(dsn);
  const open = new Map<DriverClient, PostgresHost | undefined>();
  const drop = (reason: string, which: (host: PostgresHost | undefined) => boolean): void => {
    for (const [client, host] of open) if (which(host)) client.connection.stream.destroy(new Error(reason));
  };
  const pace = createPace();
  const primary = createPrimary({
    hosts,
    ask: (host) => ask(Base, url, host),
    moved: (to) => drop('another PostgreSQL server was promoted', (host) => host !== to),
  });

  class Reached extends Base {
    readonly #patienceMillis: number;

    /** The driver is not told how patient it is to be: `query` is. */
    constructor({ query_timeout: patienceMillis = 0, ...config }: DriverConfig = {}) {
      super(config);
      this.#patienceMillis = patienceMillis;
    }

    override connect(done?: (error: Error | null | undefined) => void): Promise<void> {
      const connected = pace(() => this.#reach());
      if (done === undefined) return connected;
      return connected.then(() => done(undefined), done);
    }

    async #reach(): Promise<void> {
      const host = hosts.length === 0 ? undefined : await primary.find();
      if (host !== undefined) Object.assign(this, host);
      // Without a listener, a connection that is lost before anybody listens would end this process.
      this.on('error', () => undefined);
      const told = { standby: false };
      this.connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
        if (parameterName === 'in_hot_standby') told.standby = parameterValue === 'on';
      });
      try {
        await new Promise<void>((resolve, reject) => {
          super.connect((error) => (error ? reject(error) : resolve()));
        });
        if (told.standby)
          throw new Error(`${host === undefined ? 'the PostgreSQL server' : spelled(host)} is a standby`);
      } catch (error) {
        primary.doubt();
        this.end().catch(() => undefined);
        throw error;
      }
      open.set(this, host);
      this.once('end', () => open.delete(this));
      this.on('notice', ({ routine }) => {
        // Somebody cancelled the wait for a synchronous standby: PostgreSQL says done, and a failover may yet undo it.
        if (routine === 'SyncRepWaitForLSN') {
          this.connection.emit('error', new Error('it is not known whether a standby has what was committed'));
        }
      });
    }

    /** Behind a pooler a statement prepared by name is on some other connection the next time. */
    override query(first: unknown, ...rest: unknown[]): unknown {
      const statement = pooler === 'transaction' ? unnamed(first) : first;
      const last = rest.at(-1);
      const answered = typeof last === 'function' ? (rest.pop() as Answered) : undefined;
      return askPatiently((settle) => super.query(statement, ...rest, settle), this.#patienceMillis, answered);
    }
  }

  const note = (error: Error | boolean | undefined): void => {
    if (error === undefined || error === false || !doubtsServer(error)) return;
    primary.doubt();
    // It said nothing for longer than any statement may take: what waits on its other connections would wait as long.
    if (saidNothing(error)) drop('PostgreSQL does not answer', () => true);
  };
  return {
    connectionString: url,
    Client: Reached as unknown as Client,
    watch(pool) {
      pool.on('error', note);
      pool.on('release', note);
    },
  };
}

function unnamed(query: unknown): unknown {
  return typeof query === 'object' && query !== null && 'name' in query ? { ...query, name: undefined } : query;
}

async function ask(Base: OpenedClass, connectionString: string, host: PostgresHost): Promise<Standing> {
  const client = Object.assign(
    new Base({
      ...{ connectionString, application_name: 'cardea-primary' },
      ...{ connectionTimeoutMillis: askMillis, query_timeout: askMillis },
    }),
    host,
  );
  // What happens to it fails its query.
  client.on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve())));
    const { rows } = (await client.query(standing)) as { rows: { standby: boolean; timeline: string }[] };
    const [row] = rows;
    return { writable: row?.standby === false, timeline: Number.parseInt(row?.timeline ?? '0', 16) };
  } finally {
    client.end().catch(() => undefined);
  }
}
