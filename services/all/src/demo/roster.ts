// Which programs a demo runs, with what settings each, and where each says that it is ready.
import type { Config, ServiceName } from '@cardea/service';
import path from 'node:path';
import type { DemoOrder } from './arguments.js';
import type { Layer } from './crew.js';
import { environmentFor } from './given.js';
import type { Home } from './home.js';
import type { Ports } from './ports.js';
import type { Program } from './processes.js';
import { programOf } from './processes.js';

/** A program to keep running. */
export interface Post {
  readonly name: string;
  readonly layer: Layer;
  readonly program: Program;
  readonly readyUrl: string;
}

/** Configuration files, in the order in which they are read. */
export interface SettingsFiles {
  readonly shared: readonly string[];
  readonly token: readonly string[];
  readonly keys: readonly string[];
  readonly replica: readonly string[];
}

/** What the programs are told. */
export interface Briefing {
  readonly root: string;
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly files: SettingsFiles;
  /** What the token's library needs around it. */
  readonly hsmEnvironment: Readonly<Record<string, string>>;
}

/** `cardea` with these words, as the process that owns these secrets. */
export function cardea(briefing: Briefing, kind: string, name: string, words: readonly string[]): Program {
  const { root, home, env, files, hsmEnvironment } = briefing;
  const own = { token: files.token, worker: files.token, keys: files.keys }[kind] ?? [];
  const config = [...files.shared, ...own, ...(name === 'token-2' ? files.replica : [])];
  return {
    kind,
    args: [path.join(root, 'cli/bin/cardea.js'), ...words, ...config.flatMap((file) => ['--config', file])],
    env: { ...environmentFor(kind, env), ...(kind === 'keys' ? hsmEnvironment : {}) },
    logFile: home.at('logs', `${name}.log`),
  };
}

/** The services, each in a process of its own. */
export function servicePosts(briefing: Briefing, config: Config, ports: Ports, order: DemoOrder): Post[] {
  const { management } = config.serve;
  const post = (layer: Layer, kind: ServiceName, name: string = kind, port?: number): Post => ({
    name,
    layer,
    program: cardea(briefing, kind, name, ['serve', kind]),
    readyUrl: `http://127.0.0.1:${String(port ?? management[kind])}/health/ready`,
  });
  return [
    post(1, 'keys'),
    post(2, 'token'),
    ...(order.full ? [post(2, 'token', 'token-2', ports.managementTokenReplica)] : []),
    post(2, 'worker'),
    post(3, 'admin'),
    post(3, 'gateway'),
  ];
}

/** The login app and the relying party: somebody else's programs, which know URLs and their own secret. */
export function appPosts(
  briefing: Briefing,
  ports: Ports,
  urls: { admin: string; login: string; rp: string; issuer: string },
  client: { id: string; secret: string },
): Post[] {
  const app = (name: string, entry: string, port: number, env: Record<string, string>): Post => ({
    name,
    layer: 3,
    program: {
      kind: 'app',
      args: [programOf(entry)],
      env: { ...environmentFor('app', briefing.env), ...env },
      logFile: briefing.home.at('logs', `${name}.log`),
    },
    readyUrl: `http://127.0.0.1:${String(port)}/health`,
  });
  return [
    app('demo-login', import.meta.resolve('@cardea/demo-login'), ports.login, {
      LOGIN_PORT: String(ports.login),
      ADMIN_URL: urls.admin,
      PUBLIC_URL: urls.login,
      HOME_URL: urls.rp,
    }),
    app('demo-rp', import.meta.resolve('@cardea/demo-rp'), ports.rp, {
      RP_PORT: String(ports.rp),
      ISSUER: urls.issuer,
      ADMIN_URL: urls.admin,
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
      REDIRECT_URI: `${urls.rp}/callback`,
    }),
  ];
}
