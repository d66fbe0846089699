// Starts the images as deploy/compose.yaml says: with its words, settings and secrets, each container with those that are its own, in
// its order, and healthy by its health checks. PostgreSQL and Redis are ours.
import { removeParts } from '@cardea/all';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compose, deployed } from '../compose-file.js';
import type { AdminKeys } from '../compose-graph.js';
import { bringUpAll, makeSecrets, portsAt, translator } from '../compose-graph.js';
import { freeBase } from '../demo.js';
import type { Server } from '../faults/servers.js';
import { startPostgres, startRedis } from '../faults/servers.js';
import { root } from '../processes.js';
import type { Container } from './container.js';
import { startContainer } from './container.js';
import { rightsOf } from './rights.js';
import type { Image } from './store.js';

export interface House extends AdminKeys {
  readonly issuer: string;
  readonly admin: string;
  readonly login: string;
  /** A sentence for each thing that is not as it should be. */
  readonly findings: readonly string[];
  logs(): string;
}

/** What to do before the end, however that comes. */
export type Closing = (() => Promise<void>)[];

type Progress = (sentence: string) => void;

const settings = '/etc/cardea/cardea.yaml';
const healthyMillis = 180_000;

/** @throws with their logs when one does not become healthy */
export async function openHouse(
  images: ReadonlyMap<string, Image>,
  directory: string,
  closing: Closing,
  progress: Progress,
): Promise<House> {
  const base = await freeBase();
  const at = (offset: number) => `http://127.0.0.1:${String(base + offset)}`;
  const servers: Promise<Server>[] = [];
  const running = new Map<string, Container>();
  const findings: string[] = [];
  const logs = () => [...running].map(([name, { log }]) => log().replace(/^(?=.)/gm, `${name}: `)).join('');
  let over = false;
  closing.push(async () => {
    over = true;
    await Promise.all([...running.values()].map((container) => container.stop()));
    for (const server of await Promise.allSettled(servers)) {
      if (server.status === 'fulfilled') await server.value.stop();
    }
    removeParts({ directory: path.join(directory, 'postgres') });
  });
  try {
    progress('starting PostgreSQL and two of Redis');
    const own = { cache: path.join(root, '.cache'), progress };
    const place = (name: string) => path.join(directory, name);
    const starting = startPostgres({ ...own, directory: place('postgres'), port: base + 40 });
    servers.push(starting);
    servers.push(startRedis({ ...own, directory: place('cache'), port: base + 41 }));
    servers.push(startRedis({ ...own, directory: place('queue'), port: base + 30 }));
    const [postgres] = await Promise.all([starting, ...servers]);
    const keys = makeSecrets(place('secrets'), postgres.dsn);
    const start = starter(images, place('containers'), place('secrets'), base);
    await bringUpAll(async (name) => {
      const service = compose.services[name];
      if (service?.build === undefined) return;
      if (over) throw new Error(`${name} is not started any more`);
      const { ENTRYPOINT, HEALTHCHECK } = ownWords(images, service.build.target);
      const container = start(name, [...ENTRYPOINT, ...(service.command ?? [])]);
      running.set(name, container);
      if (service.restart === 'on-failure') {
        if ((await container.ended) !== 0) throw new Error(`${name} failed:\n${container.log()}`);
        running.delete(name);
        return progress(`${name} is done`);
      }
      await untilHealthy(name, container, () => start(name, (service.healthcheck?.test ?? []).slice(1)));
      const byImage = start(name, HEALTHCHECK.slice(1));
      if ((await byImage.ended) !== 0) findings.push(`${name}: the HEALTHCHECK of its image fails: ${byImage.log()}`);
      findings.push(...rightsOf(container).map((finding) => `${name}: ${finding}`));
      progress(`${name} is healthy`);
    });
    return { ...keys, issuer: at(0), admin: at(1), login: at(20), findings, logs };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${logs()}`, { cause: error });
  }
}

function ownWords(images: ReadonlyMap<string, Image>, target: string) {
  const config = images.get(target)?.config;
  return { ENTRYPOINT: config?.Entrypoint ?? [], HEALTHCHECK: config?.Healthcheck?.Test ?? [] };
}

/** A container of a service, or a second one beside it that asks the first one how it is. */
function starter(images: ReadonlyMap<string, Image>, place: string, secrets: string, base: number) {
  const translate = translator(base);
  mkdirSync(place, { recursive: true });
  return (name: string, words: readonly string[]): Container => {
    const { build, environment = {}, secrets: given = [] } = compose.services[name] ?? { networks: [] };
    const image = images.get(build?.target ?? '');
    if (image === undefined) throw new Error(`there is no image for ${name}`);
    const files = given.map((secret) => [`/run/secrets/${secret}`, readFileSync(path.join(secrets, secret), 'utf8')]);
    const said = Object.entries(environment).map(([key, value]) => [key, translate(value)]);
    return startContainer({
      image,
      words: words.map(translate),
      environment: { ...portsAt(base), ...(Object.fromEntries(said) as Record<string, string>) },
      files: {
        ...(Object.fromEntries(files) as Record<string, string>),
        [settings]: translate(deployed('compose/cardea.yaml')),
      },
      scratch: mkdtempSync(path.join(place, `${name}-`)),
    });
  };
}

async function untilHealthy(name: string, container: Container, ask: () => Container): Promise<void> {
  for (const end = Date.now() + healthyMillis; ; await sleep(500)) {
    if ((await ask().ended) === 0) return;
    if (container.pid() === undefined || Date.now() > end) throw new Error(`${name} does not become healthy`);
  }
}
