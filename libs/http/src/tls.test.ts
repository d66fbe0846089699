// TLS of a listener: certificates from files, renewed while it runs; made up in development only; nothing old is spoken.
import type { Config } from '@cardea/service';
import { loadConfig } from '@cardea/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import type { ServedApp } from './app.fixture.js';
import { serveRoutes } from './app.fixture.js';
import { selfSigned } from './self-signed.js';
import { sendJson } from './send.js';
import { listenerTls } from './tls.js';

const directory = mkdtempSync(path.join(tmpdir(), 'cardea-tls-'));
const file = (name: string) => path.join(directory, name);
const install = ({ cert, key }: { cert: string; key: string }) => {
  for (const [name, text] of Object.entries({ 'cert.pem': cert, 'key.pem': key })) {
    writeFileSync(file(`${name}.new`), text);
    renameSync(file(`${name}.new`), file(name));
  }
};
const serveOf = (env: Record<string, string>): Config['serve'] => loadConfig({ env }).serve;
const options = { mayMakeUp: false, now: Date.now, watchMillis: 10 };
const files = { SERVE_TLS_ENABLED: 'true', SERVE_TLS_CERT_PATH: file('cert.pem'), SERVE_TLS_KEY_PATH: file('key.pem') };

function handshake(url: string, more: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ...more });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function shown(url: string): Promise<string> {
  const socket = await handshake(url);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('a listener with a certificate', () => {
  const first = selfSigned(Date.now());
  let app: ServedApp;
  beforeAll(async () => {
    install(first);
    app = await serveRoutes({
      manner: 'oauth',
      routes: [{ path: '/a', get: (_request, response) => sendJson(response, 200, { a: 1 }) }],
      tls: listenerTls(serveOf(files), 'public', options),
    });
  });
  afterAll(() => app.stop());

  test('shows it, and answers over TLS 1.3 and 1.2, not below', async () => {
    expect(app.url).toMatch(/^https:/);
    expect(await shown(app.url)).toBe(new X509Certificate(first.cert).fingerprint256);
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const socket = await handshake(app.url, { minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(handshake(app.url, old)).rejects.toThrow();
  });

  test('tells plain HTTP what it is', async () => {
    const { hostname, port } = new URL(app.url);
    const outcome = await new Promise<string>((resolve, reject) => {
      request({ host: hostname, port, path: '/a', headers: { 'x-forwarded-proto': 'https' } }, (response) =>
        response.on('data', (data) => resolve(`${String(response.statusCode)} ${String(data)}`)),
      )
        .on('error', reject)
        .end();
    });
    expect(outcome).toBe('400 Client sent an HTTP request to an HTTPS server.\n');
  });

  test('serves many at once, and large bodies, though it looked first', async () => {
    const get = () =>
      new Promise<number | undefined>((resolve, reject) => {
        requestTls(`${app.url}/a`, { rejectUnauthorized: false, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect(await Promise.all(Array.from({ length: 20 }, get))).toEqual(Array(20).fill(200));
  });

  test('does not wait for those who say nothing', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connectPlain(Number(port), hostname);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.bytesRead).toBe(0);
  }, 15_000);

  test('takes up a new one without a restart, and keeps the old one while the new one is broken', async () => {
    const second = selfSigned(Date.now());
    writeFileSync(file('cert.pem'), 'half a file');
    await until(() => app.lines.some(({ message }) => message.includes('could not be taken up')));
    expect(await shown(app.url)).toBe(new X509Certificate(first.cert).fingerprint256);
    install(second);
    const wanted = new X509Certificate(second.cert).fingerprint256;
    await until(async () => (await shown(app.url)) === wanted);
  });
});

async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (await happened()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}

test('off by default; one side may differ from both', () => {
  install(selfSigned(Date.now()));
  expect(listenerTls(serveOf({}), 'public', options)).toBeUndefined();
  const mixed = serveOf({ ...files, SERVE_ADMIN_TLS_ENABLED: 'false' });
  expect(listenerTls(mixed, 'public', options)).toBeDefined();
  expect(listenerTls(mixed, 'admin', options)).toBeUndefined();
  const { cert, key } = selfSigned(Date.now());
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const own = { SERVE_PUBLIC_TLS_CERT_BASE64: base64(cert), SERVE_PUBLIC_TLS_KEY_BASE64: base64(key) };
  expect(listenerTls(serveOf({ ...files, ...own }), 'public', options)?.options.cert.toString()).toBe(cert);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no certificate', {}, /serve\.tls is enabled without a certificate/],
  ['half a pair', { SERVE_TLS_CERT_PATH: file('cert.pem') }, /needs cert and key together/],
  [
    'a file that is not there',
    { SERVE_TLS_CERT_PATH: file('none.pem'), SERVE_TLS_KEY_PATH: file('key.pem') },
    /serve\.tls\.cert\.path/,
  ],
  [
    'what makes no pair',
    { SERVE_TLS_CERT_PATH: file('cert.pem'), SERVE_TLS_KEY_BASE64: Buffer.from(selfSigned(0).key).toString('base64') },
    /do not make a pair/,
  ],
  [
    'both a path and a content',
    { SERVE_TLS_CERT_PATH: file('cert.pem'), SERVE_TLS_CERT_BASE64: 'eA==', SERVE_TLS_KEY_PATH: file('key.pem') },
    /both a path and a base64/,
  ],
])('%s refuses to start', (_what, env, message) => {
  install(selfSigned(Date.now()));
  expect(() => listenerTls(serveOf({ SERVE_TLS_ENABLED: 'true', ...env }), 'public', options)).toThrow(message);
});

test('where it may be, one is made up, for this host alone', () => {
  const tls = listenerTls(serveOf({ SERVE_TLS_ENABLED: 'true' }), 'public', { ...options, mayMakeUp: true });
  const certificate = new X509Certificate(tls?.options.cert ?? '');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});
