// What an installation of any size needs, by what was measured with one, two and four of each service at one rate.
//
// Work that comes together is done together: rows in one statement, calls in one message. So a request costs less the more of them
// a process has in hand: c = α + β / r, with r the requests a second of one process. With n processes at the rate R, r = R / n, and
// what was measured lies on a line over n whose slope is β / R.

/** CPU microseconds a request by service, with so many of each. */
export interface Run {
  readonly count: number;
  readonly micros: Readonly<Record<string, number>>;
}

/** What was measured of one scenario, all of it at one rate. */
export interface Measured {
  readonly scenario: string;
  readonly perSecond: number;
  readonly runs: readonly Run[];
  readonly statements: number;
  readonly walBytes: number;
}

/** Microseconds that stay, and those that are shared by what comes together: c = alpha + beta / r. */
export interface Cost {
  readonly alpha: number;
  readonly beta: number;
}

/** Least squares through the runs. A cost that seems to fall with more processes is taken to stay as it is. */
export function fit({ perSecond, runs }: Pick<Measured, 'perSecond' | 'runs'>, service: string): Cost {
  const points = runs.map(({ count, micros }) => ({ x: count / perSecond, y: micros[service] ?? 0 }));
  const mean = (value: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = mean((point) => (point.x - x) ** 2);
  const slope = spread === 0 ? 0 : mean((point) => (point.x - x) * (point.y - y)) / spread;
  const beta = Math.max(0, slope);
  return { beta, alpha: Math.max(0, y - beta * x) };
}

export interface Need {
  readonly scenario: string;
  readonly perSecond: number;
  /** How many processes of each service, at this share of a core each. */
  readonly counts: Readonly<Record<string, number>>;
  /** Cores of PostgreSQL and of Redis, fully used. */
  readonly postgresCores: number;
  readonly redisCores: number;
  readonly walMegabytesPerSecond: number;
  /** Requests a second at which one primary with these cores has no more to give. */
  readonly primaryEndsAt: number;
}

/** How busy a process may be in the long run: what is left takes the peaks, and the failure of a neighbour. */
export const busyShare = 0.6;
/** A large server for one primary. */
export const primaryCores = 32;

/** One event loop, one core. */
const scaled = ['gateway', 'admin', 'token', 'keys'] as const;

/** @param perSecond the rate to plan for */
export function predict(measured: Measured, perSecond: number): Need {
  const most = busyShare * 1e6;
  const counts = Object.fromEntries(
    scaled.map((service) => {
      const { alpha, beta } = fit(measured, service);
      // A process that is as busy as it may be has r = most / c in hand, so c = α + β c / most.
      const micros = alpha / (1 - Math.min(0.9, beta / most));
      return [service, alpha + beta < 0.5 ? 0 : Math.ceil((perSecond * micros) / most)];
    }),
  );
  // What their number changes for those they share: each token service sends batches of its own.
  const share = (service: string, rate: number): number => {
    const { alpha, beta } = fit(measured, service);
    const tokens = Math.max(1, Math.ceil(((counts['token'] ?? 1) * rate) / perSecond));
    return alpha + (beta * tokens) / rate;
  };
  const postgres = share('postgres', perSecond);
  return {
    ...{ scenario: measured.scenario, perSecond, counts },
    postgresCores: (perSecond * postgres) / 1e6,
    redisCores: (perSecond * share('redis', perSecond)) / 1e6,
    walMegabytesPerSecond: (perSecond * measured.walBytes) / 1e6,
    primaryEndsAt: (busyShare * primaryCores * 1e6) / postgres,
  };
}
