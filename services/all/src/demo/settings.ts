// The settings of a demo as files: one that all services share, and one with the secrets of each owner (ARCHITECTURE §2
// law 3): the gateway is not even told where PostgreSQL is.
import { writeFileSync } from 'node:fs';
import type { HsmParts } from '../parts/index.js';
import type { Home } from './home.js';
import type { Ports } from './ports.js';

/** Values of a configuration file. */
export interface Tree {
  readonly [key: string]: string | number | boolean | readonly string[] | Tree | undefined;
}

const local = (port: number) => `http://127.0.0.1:${String(port)}`;

/** What every service may know. */
export function sharedSettings(ports: Ports, keysAddress: string, full: boolean): Tree {
  const token = `127.0.0.1:${String(ports.token)}`;
  return {
    serve: {
      public: { host: '127.0.0.1', port: ports.public },
      admin: { host: '127.0.0.1', port: ports.admin },
      token: { address: token },
      keys: { address: keysAddress },
      management: {
        host: '127.0.0.1',
        gateway: ports.managementGateway,
        admin: ports.managementAdmin,
        token: ports.managementToken,
        worker: ports.managementWorker,
        keys: ports.managementKeys,
      },
    },
    peers: full ? { token: { addresses: [token, `127.0.0.1:${String(ports.tokenReplica)}`] } } : undefined,
    urls: {
      self: { issuer: local(ports.public), admin: local(ports.admin) },
      login: `${local(ports.login)}/login`,
      consent: `${local(ports.login)}/consent`,
      logout: `${local(ports.login)}/logout`,
      device: { verification: `${local(ports.login)}/device`, success: `${local(ports.login)}/device/done` },
      post_logout_redirect: `${local(ports.rp)}/logged-out`,
    },
    // Whoever tries it has their apps on this machine, and they too shall hear of logouts.
    clients: { http: { private_ip_exception_urls: ['http://127.0.0.1:*/**'] } },
  };
}

/** What only the token service and its worker may know. @param own which of them the operator has not given */
export function tokenSecrets(own: { dsn?: string; redis?: string; systemFile?: string }): Tree {
  return {
    dsn: own.dsn,
    redis: own.redis === undefined ? undefined : { url: own.redis },
    secrets: own.systemFile === undefined ? undefined : { system_file: own.systemFile },
  };
}

/** What only the keys service may know. @param own which of it the operator has not given */
export function keysSecrets(own: { dsn?: string; hsm?: HsmParts | undefined; kekFile?: string }): Tree {
  const { hsm } = own;
  return {
    dsn: own.dsn,
    hsm:
      hsm === undefined
        ? undefined
        : { enabled: true, library: hsm.library, pin: hsm.pin, token_label: hsm.tokenLabel },
    keys: own.kekFile === undefined ? undefined : { kek_file: own.kekFile },
  };
}

/** What makes a token service the second one. */
export function replicaSettings(ports: Ports): Tree {
  return {
    serve: {
      token: { address: `127.0.0.1:${String(ports.tokenReplica)}` },
      management: { token: ports.managementTokenReplica },
    },
  };
}

/** Block-style YAML; scalars are spelled as in JSON, which YAML 1.2 contains. */
export function toYaml(tree: Tree, indent = ''): string {
  return Object.entries(tree)
    .map(([key, value]) => {
      if (value === undefined) return '';
      if (typeof value !== 'object' || Array.isArray(value)) return `${indent}${key}: ${JSON.stringify(value)}\n`;
      const inner = toYaml(value as Tree, `${indent}  `);
      return inner === '' ? '' : `${indent}${key}:\n${inner}`;
    })
    .join('');
}

/** Writes a file of settings and answers its path. */
export function writeSettings(home: Home, name: string, purpose: string, tree: Tree): string {
  const file = home.at('config', `${name}.yaml`);
  writeFileSync(file, `# ${purpose} Written by \`npm run demo\` at every start.\n${toYaml(tree)}`, { mode: 0o600 });
  return file;
}
