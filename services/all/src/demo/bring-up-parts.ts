// Starts the parts that were not given, all at once: PostgreSQL, Redis, and a token for the keys where one can be had.
import type { HsmParts, Launched, Progress } from '../parts/index.js';
import { launchPostgres, launchRedis, prepareHsm } from '../parts/index.js';
import type { Given } from './given.js';
import type { Ports } from './ports.js';

/** A part that was started, and how to start it again. */
export interface StartedPart {
  readonly name: 'postgres' | 'redis';
  readonly first: Launched;
  readonly launch: () => Promise<Launched>;
}

export interface Parts {
  readonly dsn: string;
  readonly redisUrl: string;
  /** A token we made; undefined when one was given or none can be had. */
  readonly hsm: HsmParts | undefined;
}

/** @param started told of each part as soon as it runs, whatever becomes of the others */
export async function bringUpParts(options: {
  readonly given: Given;
  readonly ports: Ports;
  readonly directory: string;
  readonly cache: string;
  readonly progress: Progress;
  readonly started: (part: StartedPart) => void;
}): Promise<Parts> {
  const { given, ports, directory, cache, progress, started } = options;
  const common = { directory, cache, progress };

  const postgres = async (): Promise<string> => {
    if (given.dsn !== undefined) {
      progress('PostgreSQL: the given DSN');
      return given.dsn;
    }
    const launch = () => launchPostgres({ ...common, port: ports.postgres });
    const first = await launch();
    started({ name: 'postgres', first, launch });
    progress(`PostgreSQL: our own, on port ${String(ports.postgres)}`);
    return first.dsn;
  };
  const redis = async (): Promise<string> => {
    if (given.redisUrl !== undefined) {
      progress('Redis: the given REDIS_URL');
      return given.redisUrl;
    }
    const launch = () => launchRedis({ ...common, port: ports.redis });
    const first = await launch();
    started({ name: 'redis', first, launch });
    progress(`Redis: our own, on port ${String(ports.redis)}`);
    return first.url;
  };
  const hsm = async (): Promise<HsmParts | undefined> => {
    if (given.hsm === 'token') {
      progress('signing keys: in the given PKCS#11 token');
      return undefined;
    }
    const found = given.hsm === 'none' ? undefined : await prepareHsm(common);
    progress(
      found === undefined
        ? 'signing keys: in software, sealed in PostgreSQL'
        : 'signing keys: in SoftHSM, a PKCS#11 token in software',
    );
    return found;
  };

  const [dsn, redisUrl, token] = await Promise.all([postgres(), redis(), hsm()]);
  return { dsn, redisUrl, hsm: token };
}
