// Settings of who may use the admin API: seen by who is let in and who is not.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createAuthority } from '../certificates.js';
import type { Effect, Settings } from './effect.js';
import { merged, setting } from './effect.js';
import type { World } from './world.js';
import { ask } from './world.js';

const issuer = 'https://cluster.test';
const audience = 'cardea-admin';
const subject = 'system:serviceaccount:ops';

export interface AdminDoors {
  /** What the load says, which goes on meanwhile. */
  readonly key: string;
  /** An API key, and JWTs whose keys lie in a file. */
  readonly byFile: readonly Effect[];
  /** JWTs whose keys are asked for, over TLS and with a token. */
  readonly byUrl: readonly Effect[];
  close(): void;
}

export async function openAdminDoors({ demo, directory }: Pick<World, 'demo' | 'directory'>): Promise<AdminDoors> {
  const key = `cardea_ak_${randomBytes(32).toString('base64url')}`;
  const apiKeys: Settings = {
    api_keys: [
      {
        ...{ name: 'load', hash: `sha256:${createHash('sha256').update(key).digest('hex')}` },
        roles: ['operator', 'introspector', 'auditor', 'login-ui'],
      },
    ],
  };
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] });
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(directory, name), text, { mode: 0o600 });
    return path.join(directory, name);
  };
  const certificate = createAuthority(directory, 'doors').issue('jwks', {});
  const shown: string[] = [];
  const server = createServer(
    { cert: readFileSync(certificate.cert_file), key: readFileSync(certificate.key_file) },
    (request, response) => {
      shown.push(request.headers.authorization ?? '');
      response.setHeader('content-type', 'application/json').end(jwks);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const status = async (bearer?: string) =>
    (
      await ask(
        `${demo.admin}/admin/clients`,
        bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } },
      )
    ).status;
  const jwt = (change: { iss?: string; aud?: string; sub?: string } = {}) =>
    new SignJWT({ iss: issuer, aud: audience, sub: subject, ...change })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  /** Only the right one is let in. */
  const isTold = async (change: Parameters<typeof jwt>[0]) =>
    (await status(await jwt())) === 200 && (await status(await jwt(change))) !== 200;
  const common: Settings = { issuer, audience, subjects: [{ subject, roles: ['operator'] }] };
  const at = (name: string) => `serve.admin.authentication.${name}`;
  const within = (inner: Settings): Settings => setting('serve.admin.authentication', merged(apiKeys, inner));
  const byFile = within({ jwt: { ...common, jwks_file: file('jwks.json', jwks) } });
  const tokenFile = file('token', 'a token of the service account');
  const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/jwks`;
  const byUrl = within({ jwt: { ...common, jwks_url: url, ca_file: certificate.ca_file, token_file: tokenFile } });
  return {
    key,
    byFile: [
      {
        keys: [at('api_keys')],
        settings: byFile,
        seen: async () => (await status(key)) === 200 && (await status()) === 401,
      },
      { keys: [at('jwt.issuer')], settings: byFile, seen: () => isTold({ iss: 'https://other.test' }) },
      { keys: [at('jwt.audience')], settings: byFile, seen: () => isTold({ aud: 'somebody else' }) },
      { keys: [at('jwt.subjects'), at('jwt.jwks_file')], settings: byFile, seen: () => isTold({ sub: 'a stranger' }) },
    ],
    byUrl: [
      {
        keys: [at('jwt.jwks_url'), at('jwt.ca_file'), at('jwt.token_file')],
        settings: byUrl,
        seen: async () =>
          (await isTold({ sub: 'a stranger' })) && shown.includes('Bearer a token of the service account'),
      },
    ],
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
