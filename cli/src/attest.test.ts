// `cardea keys attest` against a stand-in for the keys service that is real gRPC and really signs.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { RpcServer } from '@cardea/rpc';
import { implement, keyAdminV1, serveRpc, signingV1 } from '@cardea/rpc';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { main } from './main.js';

const issuer = 'https://id.example/';
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { kid: 'a', use: 'sig', alg: 'ES256', ...pair.publicKey.export({ format: 'jwk' }) };
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const signed = (claims: object, typ = 'cardea-attestation+jwt') => {
  const input = `${encode({ alg: 'ES256', kid: 'a', typ })}.${encode({ iss: issuer, ...claims })}`;
  const options = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`;
};

let server: RpcServer;
let directory: string;
/** What the signer answers to a nonce. */
let answer: (nonce: string) => string;
const never = () => Promise.reject(new OAuthError('not_found'));

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-cli-attest-'));
  const key = { keySet: 'hydra.openid.id-token', keyId: 'a', algorithm: 'ES256', state: signingV1.KeyState.CURRENT };
  const methods = {
    createKey: never,
    importKey: never,
    promoteKey: never,
    retireKey: never,
    destroyKey: never,
    findSignatures: never,
  };
  server = await serveRpc({
    address: `unix:${path.join(directory, 'keys.sock')}`,
    security: { kind: 'plain' },
    services: [
      implement(keyAdminV1.KeyAdminServiceService, {
        ...methods,
        listKeys: () => Promise.resolve({ keys: [{ ...key, jwkJson: JSON.stringify(jwk), activatesAt: new Date() }] }),
        attest: ({ nonce }) => Promise.resolve({ jwt: answer(nonce) }),
      }),
    ],
    health: () => Promise.resolve(true),
    reflection: false,
    log: { warn: () => undefined, error: () => undefined },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  answer = (nonce) => signed({ nonce, backend: { kind: 'hsm' } });
});

async function cardea(...words: readonly string[]) {
  return run(['keys', 'attest', ...words]);
}

async function run(words: readonly string[], text = '') {
  let out = '';
  let err = '';
  const code = await main(words, {
    env: { URLS_SELF_ISSUER: issuer, SERVE_KEYS_ADDRESS: `unix:${path.join(directory, 'keys.sock')}` },
    out: (piece) => (out += piece),
    err: (piece) => (err += piece),
    input: () => Promise.resolve(text),
  });
  return { code, out, err };
}

const fileOf = (name: string, text: string) => {
  const file = path.join(directory, name);
  writeFileSync(file, text);
  return file;
};

test('shows what the signer said, when it is an answer to this very question', async () => {
  const { code, out } = await cardea();
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    iss: issuer,
    backend: { kind: 'hsm' },
    nonce: expect.stringMatching(/^.{22}$/),
  });
  expect(JSON.parse((await cardea('--nonce', 'mine')).out)).toMatchObject({ nonce: 'mine' });
  answer = () => signed({ nonce: 'old' });
  const old = await cardea();
  expect(old).toMatchObject({ code: 1, out: '' });
  expect(old.err).toBe(
    'cardea: the attestation is not to be believed: its nonce is another: it is not an answer to this\n',
  );
});

test('an answer is kept, and verified later with the keys of the service, of a file, of a URL', async () => {
  const { out: jwt } = await cardea('--jwt', '--nonce', 'mine');
  const file = fileOf('signer.jwt', jwt);
  const keySet = JSON.stringify({ keys: [jwk] });
  const http = createServer((request, response) => {
    response.statusCode = request.url === '/jwks.json' ? 200 : 404;
    response.end(keySet);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  const url = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
  try {
    for (const from of [[], ['--jwks', fileOf('jwks.json', keySet)], ['--jwks', `${url}/jwks.json`]]) {
      const { code, out } = await cardea('--verify', file, '--nonce', 'mine', ...from);
      expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ nonce: 'mine' })]);
    }
    expect(await run(['keys', 'attest', '--verify', '-'], jwt)).toMatchObject({ code: 0 });
    expect((await cardea('--verify', file, '--jwks', `${url}/none`)).err).toContain('cannot be read: it answers 404');
  } finally {
    http.close();
  }
});

test.each<[string, () => string[], RegExp]>([
  [
    'another nonce',
    () => ['--verify', fileOf('x', signed({ nonce: 'one' })), '--nonce', 'two'],
    /its nonce is another/,
  ],
  [
    'a token',
    () => ['--verify', fileOf('x', signed({ sub: 'alice' }, 'JWT'))],
    /its typ is not cardea-attestation\+jwt/,
  ],
  [
    'another issuer',
    () => ['--verify', fileOf('x', signed({ iss: 'https://evil.example/' }))],
    /its issuer is https:\/\/evil/,
  ],
  [
    'a changed one',
    () => ['--verify', fileOf('x', `${signed({}).slice(0, -8)}AAAAAAAA`)],
    /its signature is not by that key/,
  ],
  ['no JWS', () => ['--verify', fileOf('x', 'hello')], /it is no compact JWS/],
  ['no file', () => ['--verify', path.join(directory, 'none')], /cannot be read: ENOENT/],
  ['no key set', () => ['--verify', fileOf('x', signed({})), '--jwks', fileOf('y', '[]')], /is no JSON Web Key Set/],
  [
    'keys of others',
    () => ['--verify', fileOf('x', signed({})), '--jwks', fileOf('y', '{"keys":[]}')],
    /no published key has its kid, a/,
  ],
])('says why it is not to be believed: %s', async (_name, words, reason) => {
  const { code, out, err } = await cardea(...words());
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(reason);
  expect(err.trim().split('\n')).toHaveLength(1);
});
