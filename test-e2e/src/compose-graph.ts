// What deploy/compose.yaml starts, on one machine's loopback: its secrets, its names as ports, and the order in which containers
// wait for each other. Who starts them, and how, is said by the caller.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createAuthority } from './certificates.js';
import { compose } from './compose-file.js';

/** Keys of the admin API, as whoever has them says them. */
export interface AdminKeys {
  readonly operatorKey: string;
  readonly loginKey: string;
}

/** Writes what deploy/secrets.sh makes, by the same names. */
export function makeSecrets(directory: string, dsn: string): AdminKeys {
  mkdirSync(directory, { recursive: true });
  const newKey = (): string => `cardea_ak_${randomBytes(32).toString('base64url')}`;
  const [operatorKey, loginKey] = [newKey(), newKey()];
  const put = (name: string, text: string) => writeFileSync(path.join(directory, name), text, { mode: 0o600 });
  const hash = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`;
  put('dsn', dsn);
  put('system', randomBytes(32).toString('hex'));
  put('kek', randomBytes(32).toString('base64'));
  put('login-key', loginKey);
  const keys = [
    { name: 'login', hash: hash(loginKey), roles: ['login-ui'] },
    { name: 'operator', hash: hash(operatorKey), roles: ['operator', 'key-operator', 'introspector', 'auditor'] },
  ];
  put('admin.yaml', JSON.stringify({ serve: { admin: { authentication: { api_keys: keys } } } }));
  const authority = createAuthority(directory);
  for (const name of ['gateway', 'admin', 'token', 'worker', 'keys']) {
    authority.issue(name, { uri: `spiffe://cardea.local/${name}`, dns: name });
  }
  return { operatorKey, loginKey };
}

/** Addresses of containers as those of this machine, counted from a base of `freeBase`. */
export function translator(base: number): (text: string) => string {
  const local = (offset: number) => `127.0.0.1:${String(base + offset)}`;
  const places: readonly (readonly [RegExp, string])[] = [
    [/\b(?:0\.0\.0\.0|token):4450\b/g, local(2)],
    [/\b(?:0\.0\.0\.0|keys):4451\b/g, local(3)],
    [/\blocalhost:4444\b/g, local(0)],
    [/\b(?:localhost|admin):4445\b/g, local(1)],
    [/\b(?:localhost|127\.0\.0\.1):3000\b/g, local(20)],
    [/\bcache:6379\b/g, local(41)],
    [/\bqueue:6379\b/g, local(30)],
  ];
  return (text) => places.reduce((said, [there, ours]) => said.replace(there, ours), text);
}

/** Each container has ports of its own; here they share. */
export const portsAt = (base: number): Record<string, string> => ({
  SERVE_PUBLIC_PORT: String(base),
  SERVE_ADMIN_PORT: String(base + 1),
  ...Object.fromEntries(
    ['GATEWAY', 'ADMIN', 'TOKEN', 'WORKER', 'KEYS'].map((name, index) => [
      `SERVE_MANAGEMENT_${name}`,
      String(base + 10 + index),
    ]),
  ),
  LOGIN_PORT: String(base + 20),
});

/** All of them, in the order in which they wait for each other. @param bringUp settles when others may depend on it */
export async function bringUpAll(bringUp: (name: string) => Promise<void>): Promise<void> {
  const up = new Map<string, Promise<void>>();
  const start = (name: string): Promise<void> => {
    const known = up.get(name);
    if (known !== undefined) return known;
    const before = Object.keys(compose.services[name]?.depends_on ?? {}).map(start);
    const begun = Promise.all(before).then(() => bringUp(name));
    up.set(name, begun);
    return begun;
  };
  await Promise.all(Object.keys(compose.services).map(start));
}
