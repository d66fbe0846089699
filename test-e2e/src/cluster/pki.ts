// The certificates of a cluster for an hour: its authority, its API server, and whoever speaks to that.
import { runTool } from '@cardea/all';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeAddress } from './plan.js';

/** Subject and names by file. */
const members: Readonly<Record<string, readonly [string, string]>> = {
  apiserver: [
    '/CN=kube-apiserver',
    `DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${nodeAddress},IP:10.96.0.1`,
  ],
  admin: ['/O=system:masters/CN=admin', 'DNS:admin'],
  'controller-manager': ['/CN=system:kube-controller-manager', 'DNS:controller-manager'],
  scheduler: ['/CN=system:kube-scheduler', 'DNS:scheduler'],
  node: ['/O=system:nodes/CN=system:node:n1', `DNS:n1,IP:${nodeAddress}`],
  proxy: ['/CN=system:kube-proxy', 'DNS:proxy'],
};

const settings = `[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
`;

export interface Pki {
  file(name: string): string;
  /** The settings with which a member speaks to the API server. */
  kubeconfig(member: string): string;
}

export async function createPki(directory: string, env: NodeJS.ProcessEnv): Promise<Pki> {
  mkdirSync(directory, { recursive: true });
  const file = (name: string): string => path.join(directory, name);
  const openssl = (...words: readonly string[]) => runTool('openssl', words, { env, cwd: directory });
  writeFileSync(file('openssl.cnf'), settings);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'openssl.cnf'];
  const authority = ['-x509', '-extensions', 'authority', '-days', '2', '-subj', '/CN=kubernetes-ca'];
  await openssl('req', ...key, ...authority, '-keyout', 'ca.key', '-out', 'ca.crt');
  for (const [name, [subject, names]] of Object.entries(members)) {
    const extensions = `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n`;
    writeFileSync(file(`${name}.ext`), extensions);
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.crt`);
  }
  // As most clusters sign their accounts' tokens.
  await openssl('genrsa', '-out', 'accounts.key', '2048');
  await openssl('rsa', '-in', 'accounts.key', '-pubout', '-out', 'accounts.pub');
  return {
    file,
    kubeconfig(member) {
      const place = file(`${member}.conf`);
      const cluster = { server: `https://${nodeAddress}:6443`, 'certificate-authority': file('ca.crt') };
      const user = { 'client-certificate': file(`${member}.crt`), 'client-key': file(`${member}.key`) };
      writeFileSync(
        place,
        JSON.stringify({
          ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
          clusters: [{ name: 'here', cluster }],
          users: [{ name: 'me', user }],
          contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
        }),
      );
      return place;
    },
  };
}
