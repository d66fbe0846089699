// Starts a demo from nothing to one URL: parts, settings, schema and keys, services, apps, a client.
import type { Config } from '@cardea/service';
import { loadConfig, required } from '@cardea/service';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Progress } from '../parts/index.js';
import type { DemoFacts } from './announce.js';
import type { DemoOrder } from './arguments.js';
import { bringUpParts } from './bring-up-parts.js';
import { claimPorts } from './claim-ports.js';
import { clientId, registerClient } from './client.js';
import type { Crew } from './crew.js';
import type { Given } from './given.js';
import { environmentFor, readGiven } from './given.js';
import type { Home } from './home.js';
import { preparedName } from './home.js';
import type { Ports } from './ports.js';
import { portTable } from './ports.js';
import { fingerprint, prepareOnce } from './prepare.js';
import { lastWords, launchProgram, logSince, rotate } from './processes.js';
import { waitReady } from './readiness.js';
import type { Briefing, Post } from './roster.js';
import { appPosts, cardea, servicePosts } from './roster.js';
import { openSecrets } from './secrets.js';
import { keysSecrets, replicaSettings, sharedSettings, tokenSecrets, writeSettings } from './settings.js';

export interface DemoStart {
  readonly order: DemoOrder;
  /** The clone. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly home: Home;
  /** Path of the keys service's socket. */
  readonly socket: string;
  readonly crew: Crew;
  readonly progress: Progress;
}

/** Settles once everything answers. @throws with a sentence that says what failed and what to do */
export async function startDemo(start: DemoStart): Promise<DemoFacts> {
  const { order, root, env, home, crew, progress } = start;
  const ports = portTable(order.base);
  const given = readGiven(order.config, env, progress);
  const secrets = openSecrets(home);

  const shared = writeSettings(
    home,
    'shared',
    'What every service may know.',
    sharedSettings(ports, `unix:${start.socket}`, order.full),
  );
  const files = [shared, ...order.config];
  const config = loadConfig({ files, env: environmentFor('app', env) });
  await claimPorts(wantedPorts(config, ports, given, order), home.abandoned);

  const parts = await bringUpParts({
    given,
    ports,
    directory: home.parts,
    cache: path.join(root, '.cache'),
    progress,
    started: (part) => crew.add({ ...part, layer: 0 }),
  });
  const dsn = given.dsn === undefined ? { dsn: parts.dsn } : {};
  const token = tokenSecrets({
    ...dsn,
    ...(given.redisUrl === undefined ? { redis: parts.redisUrl } : {}),
    ...(given.systemSecret ? {} : { systemFile: secrets.systemFile }),
  });
  const keys = keysSecrets({ ...dsn, hsm: parts.hsm, ...(given.kek ? {} : { kekFile: secrets.kekFile }) });
  const briefing: Briefing = {
    root,
    home,
    env,
    hsmEnvironment: parts.hsm?.environment ?? {},
    files: {
      shared: files,
      token: [writeSettings(home, 'token', 'What only the token service and its worker may know.', token)],
      keys: [writeSettings(home, 'keys', 'What only the keys service may know.', keys)],
      replica: order.full
        ? [writeSettings(home, 'token-2', 'What makes a second token service.', replicaSettings(ports))]
        : [],
    },
  };

  await prepareOnce({
    memory: given.dsn === undefined && given.hsm !== 'token' ? home.at(preparedName) : undefined,
    subject: fingerprint(
      ['token', 'keys'].map((service) => path.join(root, 'services', service, 'migrations')),
      [parts.dsn, parts.hsm?.pin ?? 'sealed'],
    ),
    migrate: cardea(briefing, 'keys', 'migrate', ['migrate', 'up']),
    bootstrap: cardea(briefing, 'keys', 'bootstrap', ['keys', 'bootstrap']),
    progress,
  });

  const urls = urlsOf(config, ports);
  const apps = appPosts(briefing, ports, urls, { id: clientId, secret: secrets.clientSecret });
  await startPosts([...servicePosts(briefing, config, ports, order), ...apps], crew);
  progress('the services and the two apps answer');
  const client = await registerClient(urls.admin, urls.rp, secrets.clientSecret);
  progress(`the client ${clientId} is registered`);
  return {
    ...urls,
    introspection: config.serve.token.address,
    client,
    dsn: parts.dsn,
    redis: parts.redisUrl,
    hsm: given.hsm === 'token' || parts.hsm !== undefined,
    pids: servers(crew.pids()),
  };
}

/** What makes up the provider; the two apps are somebody else's. */
const servers = (pids: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(pids).filter(([name]) => !name.startsWith('demo-')));

function urlsOf(config: Config, ports: Ports) {
  const local = (port: number) => `http://127.0.0.1:${String(port)}`;
  return {
    public: local(config.serve.public.port),
    admin: local(config.serve.admin.port),
    // Where browsers find it: a front of the operator's may stand before it.
    login: new URL(required(config.urls.login, 'urls.login')).origin,
    rp: local(ports.rp),
    issuer: required(config.urls.self.issuer, 'urls.self.issuer'),
  };
}

function wantedPorts(config: Config, ports: Ports, given: Given, order: DemoOrder): Record<string, number> {
  const { management, public: face, admin, token } = config.serve;
  return {
    'public API': face.port,
    'admin API': admin.port,
    'token gRPC': Number(/:(\d+)$/.exec(token.address)?.[1] ?? 0),
    ...Object.fromEntries(
      (['gateway', 'admin', 'token', 'worker', 'keys'] as const).map((name) => [`${name} health`, management[name]]),
    ),
    'login app': ports.login,
    'relying party': ports.rp,
    ...(given.dsn === undefined ? { PostgreSQL: ports.postgres } : {}),
    ...(given.redisUrl === undefined ? { Redis: ports.redis } : {}),
    ...(order.full ? { 'second token gRPC': ports.tokenReplica, 'its health': ports.managementTokenReplica } : {}),
  };
}

/** Starts all at once and waits layer by layer, so that nobody is asked before what it stands on can answer. */
async function startPosts(posts: readonly Post[], crew: Crew): Promise<void> {
  const started = await Promise.all(
    posts.map(async (post) => {
      const { logFile } = post.program;
      rotate(logFile);
      const size = existsSync(logFile) ? statSync(logFile).size : 0;
      const launch = () => launchProgram(post.program);
      const first = await launch();
      crew.add({ name: post.name, layer: post.layer, first, launch });
      return { post, first, words: () => lastWords(logSince(logFile, size)) };
    }),
  );
  for (const layer of [1, 2, 3]) {
    const those = started.filter(({ post }) => post.layer === layer);
    await Promise.all(those.map(({ post, first, words }) => waitReady(post.name, post.readyUrl, first, words)));
  }
}
