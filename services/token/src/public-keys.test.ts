// The published keys as the token service knows them: news of them, the algorithms they sign with, and what is published for others.
import { afterEach, expect, test } from '@jest/globals';
import type { Authorization } from '@cardea/oauth';
import { clientV1, signingV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { listen } from './announcements.js';
import type { PublicKeys } from './public-keys.js';
import { accessTokenKeySet, createPublicKeys, idTokenKeySet } from './public-keys.js';
import type { SigningClient } from './sign.js';
import { createSigner } from './sign.js';

const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const key = (keyId: string, algorithm: string, state: signingV1.KeyState): signingV1.PublicKey => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwkJson = JSON.stringify({ kid: keyId, ...publicKey.export({ format: 'jwk' }) });
  return { keySet: idTokenKeySet, keyId, algorithm, state, jwkJson, activatesAt: undefined };
};
const open = (published: readonly signingV1.PublicKey[]): PublicKeys => {
  const keys = createPublicKeys({ list: async () => [...published], log, now: Date.now });
  cleanUps.push(() => keys.close());
  return keys;
};
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries === 100) throw new Error('it did not come to pass');
    await sleep(50);
  }
}

test('keys are read again when PostgreSQL says they changed', async () => {
  const dsn = process.env['CARDEA_TEST_DSN'] ?? '';
  const published = [key('one', 'ES256', signingV1.KeyState.CURRENT)];
  const keys = open(published);
  await keys.all();
  const heard = new Promise<void>((resolve) => {
    const news = listen(dsn, {
      ...{ channel: 'cardea_keys', log, deaf: 'nothing can be heard' },
      heard: () => keys.announced(),
      connected: (yes) => yes && resolve(),
    });
    cleanUps.push(() => news.close());
  });
  await heard;
  published.unshift(key('two', 'ES384', signingV1.KeyState.CURRENT));
  const speaker = new pg.Client({ connectionString: dsn });
  await speaker.connect();
  cleanUps.push(() => speaker.end());
  await speaker.query('NOTIFY cardea_keys');
  await until(async () => (await keys.currentAlgorithms(idTokenKeySet)).join() === 'ES384,ES256');
});

test('a key that begins soon is known to sign when it does', async () => {
  const begins = new Date(Date.now() + 400);
  const next = { ...key('next', 'ES384', signingV1.KeyState.NEXT), activatesAt: begins };
  const keys = createPublicKeys({
    list: async () => [{ ...next, state: new Date() < begins ? next.state : signingV1.KeyState.CURRENT }],
    log,
    now: Date.now,
  });
  cleanUps.push(() => keys.close());
  expect(await keys.currentAlgorithms(idTokenKeySet)).toEqual([]);
  await until(async () => (await keys.currentAlgorithms(idTokenKeySet)).join() === 'ES384');
  expect(Date.now() - begins.getTime()).toBeLessThan(2_000);
});

test.each<[string, boolean, string, string]>([
  ['the algorithm every client knows', false, '', 'RS256'],
  ['the newest key, as Hydra does', true, '', 'ES384'],
  ['what the client registered', false, 'ES256', 'ES256'],
  ['what the client registered, there too', true, 'ES256', 'ES256'],
])('E24: an ID token is signed with %s', async (_name, hydraCompat, registered, algorithm) => {
  const publicKeys = open([
    key('next', 'EdDSA', signingV1.KeyState.NEXT),
    key('new', 'ES384', signingV1.KeyState.CURRENT),
    key('old', 'RS256', signingV1.KeyState.CURRENT),
  ]);
  const asked: signingV1.SignIdTokenRequest[] = [];
  const keys = {
    signIdToken: async (request: signingV1.SignIdTokenRequest) => {
      asked.push(request);
      return { jwt: 'a.b.c' };
    },
  } as SigningClient;
  const signer = createSigner({
    ...{ keys, publicKeys, issuer: 'https://id.example/', hydraCompat, random: randomBytes },
    accessTokenFormat: signingV1.AccessTokenFormat.HYDRA,
  });
  const client = clientV1.Client.create({ clientId: 'app', idTokenSignedResponseAlg: registered });
  await signer.idToken(client, authorization, { accessToken: 'token', code: undefined }, { issuedAt: 1, expiresAt: 2 });
  expect(asked).toMatchObject([{ algorithm }]);
});

test.each<[string, string, string]>([
  ['the newest key of its set', '', 'ES384'],
  ['what the client registered', 'PS256', 'PS256'],
])('a JWT access token is signed with %s', async (_name, registered, algorithm) => {
  const published = [key('new', 'ES384', signingV1.KeyState.CURRENT), key('old', 'RS256', signingV1.KeyState.CURRENT)];
  const publicKeys = open(published.map((one) => ({ ...one, keySet: accessTokenKeySet })));
  const asked: signingV1.SignAccessTokenRequest[] = [];
  const keys = {
    signAccessToken: async (request: signingV1.SignAccessTokenRequest) => {
      asked.push(request);
      return { jwt: 'a.b.c' };
    },
  } as SigningClient;
  const signer = createSigner({
    ...{ keys, publicKeys, issuer: 'https://id.example/', hydraCompat: false, random: randomBytes },
    accessTokenFormat: signingV1.AccessTokenFormat.RFC9068,
  });
  const client = clientV1.Client.create({ clientId: 'app', accessTokenSignedResponseAlg: registered });
  await signer.accessToken(client, authorization, { issuedAt: 1, expiresAt: 2 });
  expect(asked).toMatchObject([{ algorithm }]);
});

test('a published key that this Node cannot read is said, published on, and hides no other', async () => {
  const said: object[] = [];
  const strange = { ...key('strange', 'XX-1', signingV1.KeyState.CURRENT), jwkJson: '{"kty":"AKP","pub":"AA"}' };
  const good = key('good', 'ES256', signingV1.KeyState.CURRENT);
  const keys = createPublicKeys({
    list: async () => [strange, good],
    log: { ...log, warn: (fields: object) => void said.push(fields) },
    now: Date.now,
  });
  cleanUps.push(() => keys.close());
  expect(await keys.all()).toEqual([strange, good]);
  expect((await keys.find(idTokenKeySet, 'good'))?.algorithm).toBe('ES256');
  expect(await keys.find(idTokenKeySet, 'strange')).toBeUndefined();
  expect(said).toEqual([{ kid: 'strange', key_set: idTokenKeySet, algorithm: 'XX-1' }]);
});

const authorization: Authorization = {
  ...{ grantId: 'g', clientId: 'app', subject: 'alice', clientSubject: 'alice', scopes: ['openid'], audience: [] },
  ...{ sessionId: '', authenticatedAt: 0, requestedAt: 0, acr: '', amr: [], nonce: '' },
  ...{ proof: { kind: 'none' }, accessTokenClaims: {}, idTokenClaims: {} },
};
