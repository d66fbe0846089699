// Builds the house that faults happen to: 2 gateways, 2 token services, 2 keys services, admin, worker, PostgreSQL, 2 Redis and one
// that stands by, and a wire between each service and each server it stands on (security §4).
import { compileLibrary, prepareHsm, removeParts } from '@cardea/all';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freeBase } from '../demo.js';
import { root } from '../processes.js';
import type { MemberName } from './house-settings.js';
import { housePorts, kindOf, memberNames, settingsOf } from './house-settings.js';
import type { Member } from './member.js';
import { createMember } from './member.js';
import type { RpcWires } from './rpc-setting.js';
import type { Place as ServerPlace, Postgres, Redis } from './servers.js';
import { startPostgres, startRedis } from './servers.js';
import type { Place } from './transport.js';
import type { Wire } from './wire.js';
import { createWire } from './wire.js';

export interface House {
  readonly directory: string;
  readonly members: Readonly<Record<MemberName, Member>>;
  readonly gateways: readonly Place[];
  readonly admin: Place;
  readonly issuer: string;
  /** gRPC addresses of the token services, `host:port`. */
  readonly tokens: readonly { readonly name: string; readonly address: string }[];
  readonly postgres: Postgres;
  readonly cache: Redis;
  readonly queue: Redis;
  readonly spare: Redis;
  /** By who reaches the server over it. */
  readonly wires: {
    readonly postgres: Readonly<Record<'token-1' | 'token-2' | 'worker' | 'keys-1' | 'keys-2', Wire>>;
    readonly cache: Readonly<Record<'token-1' | 'token-2' | 'worker', Wire>>;
    readonly queue: Readonly<Record<'token-1' | 'token-2' | 'worker', Wire>>;
  };
  /** Holds `secrets.system`, for whoever starts a token service. */
  readonly systemFile: string;
  /** Where the HSM's token lies, and how its library misbehaves; undefined without an HSM. */
  readonly hsm: { readonly tokens: string; misbehave(rules: string): void } | undefined;
  /** Between our own services, while a setting has put them there. */
  readonly rpc: RpcWires | undefined;
  /** Runs `cardea` with the settings of a process, and more variables than its own. @returns what it printed @throws when it fails */
  cardea(as: MemberName, words: readonly string[], more?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

type Progress = (sentence: string) => void;

interface HouseOptions {
  /** Whether the keys are to lie in SoftHSM, behind the library that makes faults. */
  readonly hsm: boolean;
  /** Servers in place of the one; they are reached without wires. */
  readonly postgres?: (place: ServerPlace) => Promise<Postgres>;
  /** For every process of ours, at each start. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly progress: Progress;
}

export async function buildHouse(options: HouseOptions): Promise<House> {
  const { progress } = options;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-faults-'));
  const endings: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end();
    removeParts({ directory: path.join(directory, 'parts', 'postgres') });
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return { ...(await build(directory, endings, options)), stop };
  } catch (error) {
    await stop();
    progress('the house could not be built');
    throw error;
  }
}

async function build(
  directory: string,
  endings: (() => Promise<void>)[],
  options: HouseOptions,
): Promise<Omit<House, 'stop'>> {
  const { progress } = options;
  const ports = housePorts(await freeBase());
  const cache = path.join(root, '.cache');
  const at = (...names: string[]) => {
    const place = path.join(directory, ...names);
    // PostgreSQL may run as another user, who must get through to its data.
    mkdirSync(path.dirname(place), { recursive: true, mode: names[0] === 'parts' ? 0o755 : 0o700 });
    return place;
  };
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    endings.push(() => started.stop());
    return started;
  };
  const redisAt = (index: number) =>
    keep(
      startRedis({ directory: at('parts', `redis-${String(index)}`), cache, port: ports.redis[index] ?? 0, progress }),
    );
  const [postgres, redisCache, queue, spare, hsm] = await Promise.all([
    keep(
      (options.postgres ?? startPostgres)({
        directory: at('parts', 'postgres'),
        cache,
        port: ports.postgres,
        progress,
      }),
    ),
    redisAt(0),
    redisAt(1),
    redisAt(2),
    options.hsm ? prepareFaultyHsm(at('hsm', 'token'), at('hsm', 'faults'), cache, progress) : undefined,
  ]);

  const wired = async <T extends string>(
    names: readonly T[],
    port: number,
    speaks: 'postgres' | 'another',
  ): Promise<Record<T, Wire>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => {
          const wire = await createWire(port, speaks);
          endings.push(() => wire.close());
          return [name, wire] as const;
        }),
      ),
    ) as Record<T, Wire>;
  const stores = ['token-1', 'token-2', 'worker'] as const;
  const wires = {
    postgres: await wired([...stores, 'keys-1', 'keys-2'], ports.postgres, 'postgres'),
    cache: await wired(stores, ports.redis[0], 'another'),
    queue: await wired(stores, ports.redis[1], 'another'),
  };

  const secret = (name: string, text: string) => {
    writeFileSync(at('secrets', name), `${text}\n`, { mode: 0o600 });
    return at('secrets', name);
  };
  const systemFile = secret('system', randomBytes(32).toString('base64url'));
  const kekFile = secret('kek', randomBytes(32).toString('base64'));
  const over = (wire: Wire | undefined, url: string) =>
    wire === undefined ? url : url.replace(/:\d+\//, `:${String(wire.port)}/`);
  const configOf = (name: MemberName) => at('config', `${name}.yaml`);
  const members = {} as Record<MemberName, Member>;
  const wireOf = (table: Readonly<Record<string, Wire>>, name: string) => table[name];
  const environment = { PATH: process.env['PATH'] ?? '', HOME: directory, ...hsm?.environment };
  for (const name of memberNames) {
    const settings = settingsOf(name, {
      ports,
      directory,
      systemFile,
      kekFile,
      hsm,
      dsn: options.postgres === undefined ? over(wireOf(wires.postgres, name), postgres.dsn) : postgres.dsn,
      cacheUrl: over(wireOf(wires.cache, name), `redis://127.0.0.1:${String(ports.redis[0])}/0`),
      queueUrl: over(wireOf(wires.queue, name), `redis://127.0.0.1:${String(ports.redis[1])}/0`),
    });
    // JSON is YAML.
    writeFileSync(configOf(name), JSON.stringify(settings, undefined, 2), { mode: 0o600 });
    members[name] = createMember({
      name,
      kind: kindOf(name),
      configFile: configOf(name),
      logFile: at('logs', `${name}.log`),
      managementPort: ports.management[name],
      environment: { ...environment, ...options.environment },
    });
  }
  const cardea: House['cardea'] = async (as, words, more = {}) => {
    const args = [path.join(root, 'cli/bin/cardea.js'), ...words, '--config', configOf(as)];
    return (await promisify(execFile)(process.execPath, args, { env: { ...environment, ...more } })).stdout;
  };
  progress(`the schema: ${(await cardea('keys-1', ['migrate', 'up'])).trim().split('\n').at(-1) ?? ''}`);
  await cardea('keys-1', ['keys', 'bootstrap']);

  for (const kind of ['keys', 'token', 'worker', 'admin', 'gateway'] as const) {
    await Promise.all(
      memberNames
        .filter((name) => kindOf(name) === kind)
        .map(async (name) => {
          // What is left to be drained has been judged already.
          endings.push(() => members[name].kill());
          await members[name].start();
        }),
    );
  }
  progress('two of everything answer');
  const origin = (name: MemberName): Place => ({ name, origin: `http://127.0.0.1:${String(ports.listen[name])}` });
  return {
    directory,
    members,
    gateways: [origin('gateway-1'), origin('gateway-2')],
    admin: origin('admin'),
    issuer: origin('gateway-1').origin,
    tokens: (['token-1', 'token-2'] as const).map((name) => ({
      name,
      address: `127.0.0.1:${String(ports.listen[name])}`,
    })),
    postgres,
    cache: redisCache,
    queue,
    spare,
    wires,
    systemFile,
    hsm: hsm && { tokens: hsm.tokens, misbehave: hsm.misbehave },
    rpc: undefined,
    cardea,
  };
}

/** SoftHSM with a token of its own, behind the library that is slow, hangs and fails as it is told (services/keys/fault-shim). */
async function prepareFaultyHsm(directory: string, faults: string, cache: string, progress: Progress) {
  const source = path.join(root, 'services/keys/fault-shim/fault-shim.c');
  const [soft, library] = await Promise.all([
    prepareHsm({ directory, cache, progress }),
    compileLibrary({ source, cache, progress }),
  ]);
  if (soft === undefined) throw new Error('there is no SoftHSM to be had');
  mkdirSync(faults, { recursive: true });
  return {
    library,
    pin: soft.pin,
    tokenLabel: soft.tokenLabel,
    environment: { ...soft.environment, CARDEA_FAULTS: faults, CARDEA_FAULTS_LIBRARY: soft.library },
    tokens: path.join(directory, 'softhsm', 'tokens'),
    misbehave(rules: string) {
      writeFileSync(path.join(faults, 'rules.new'), `${rules}\n`);
      renameSync(path.join(faults, 'rules.new'), path.join(faults, 'rules'));
    },
  };
}
