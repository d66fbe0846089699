// The controller as the chart runs it: a process of its own, between an API server and an admin API that ask for its tokens.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createAuthority } from '../certificates.js';
import type { Demo } from '../demo.js';
import { freeBase } from '../demo.js';
import type { Served } from '../processes.js';
import { root, serve } from '../processes.js';
import type { ApiServer } from './api-server.js';
import { startApiServer } from './api-server.js';
import type { Store } from './store.js';
import { createStore } from './store.js';

export interface Installation {
  readonly store: Store;
  readonly api: ApiServer;
  /** Where the admin API is that the controller speaks to. */
  readonly admin: string;
  /** Puts another admin token into the controller's file; without one, the right one. */
  adminToken(token?: string): void;
  /** Everything the controller logged. */
  log(): string;
  /** What must be in no log. */
  readonly tokens: readonly string[];
  readonly readyUrl: string;
  /** A second controller with the same orders; it ends with the rest. */
  another(): void;
  stop(): Promise<void>;
}

/** The namespace that the controller serves. */
export const namespace = 'shop';

export async function install(demo: Demo): Promise<Installation> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-controller-'));
  const inFile = (name: string, text: string): string => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  const [adminKey, accountToken] = [
    `cardea_ak_${randomBytes(32).toString('base64url')}`,
    randomBytes(16).toString('hex'),
  ];
  const certificate = createAuthority(directory).issue('api-server', { dns: 'kubernetes.default.svc' });
  const store = createStore();
  const api = await startApiServer(store, certificate);
  api.token = accountToken;
  const base = await freeBase();
  const admin = `http://127.0.0.1:${String(base)}`;
  const served = await startAdmin(demo, base, admin, adminKey);
  const tokenFile = inFile('admin-token', adminKey);
  const env = {
    PATH: process.env['PATH'],
    CONTROLLER_NAMESPACES: namespace,
    CONTROLLER_RESYNC_PERIOD: '1s',
    CONTROLLER_ADMIN_URL: admin,
    CONTROLLER_ADMIN_TOKEN_FILE: tokenFile,
    CONTROLLER_KUBERNETES_URL: api.url,
    CONTROLLER_KUBERNETES_CA_FILE: certificate.ca_file,
    CONTROLLER_KUBERNETES_TOKEN_FILE: inFile('account-token', accountToken),
  };
  let log = '';
  const endings: (() => Promise<void>)[] = [];
  const start = (managementPort: number): void => {
    const child = spawn(process.execPath, [path.join(root, 'services/controller/dist/main.js')], {
      env: { ...env, SERVE_MANAGEMENT_CONTROLLER: String(managementPort) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    }
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    endings.push(() => {
      child.kill('SIGTERM');
      return ended;
    });
  };
  start(base + 11);
  return {
    store,
    api,
    admin,
    adminToken: (token = adminKey) => writeFileSync(tokenFile, token),
    log: () => log,
    tokens: [adminKey, accountToken],
    readyUrl: `http://127.0.0.1:${String(base + 11)}/health/ready`,
    another: () => start(base + 12),
    async stop() {
      await Promise.all(endings.map((end) => end()));
      await api.stop();
      await served.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A second admin service of the demo's, which lets in who may do what a controller does, and nothing else. */
function startAdmin(demo: Demo, base: number, url: string, key: string): Promise<Served> {
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`;
  const api_keys = [{ name: 'controller', hash, roles: ['client-operator'] }];
  const file = path.join(demo.home, `admin-${String(base)}.yaml`);
  writeFileSync(
    file,
    JSON.stringify({
      serve: { admin: { port: base, authentication: { api_keys } }, management: { admin: base + 10 } },
    }),
  );
  return serve('admin', [path.join(demo.home, 'config/shared.yaml'), file], `${url}/health/ready`);
}

/** Asks until it holds; a machine may be busy. @throws with what it was last */
export async function eventually<T>(what: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await what();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`never so; at last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
