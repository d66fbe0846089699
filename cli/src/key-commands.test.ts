// `cardea keys …` against a stand-in for the keys service that is real gRPC: what is asked, what is shown.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { RpcServer } from '@cardea/rpc';
import { implement, keyAdminV1, serveRpc, signingV1 } from '@cardea/rpc';
import type { Command } from 'commander';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Surroundings } from './main.js';
import { main } from './main.js';
import { createProgram } from './program.js';

const set = 'hydra.openid.id-token';
const activatesAt = new Date('2026-01-02T03:04:05Z');
const key = (keyId: string, state: signingV1.KeyState = signingV1.KeyState.CURRENT, algorithm = 'ES256') => ({
  ...{ keySet: set, keyId, algorithm, state, jwkJson: '{}', activatesAt },
});
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let server: RpcServer;
let directory: string;
const asked: object[] = [];
const signing = [key('b', signingV1.KeyState.NEXT), key('a'), key('r', signingV1.KeyState.CURRENT, 'RS256')];
let listed = signing;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-cli-keys-'));
  const quiet = () => undefined;
  server = await serveRpc({
    address: `unix:${path.join(directory, 'keys.sock')}`,
    security: { kind: 'plain' },
    services: [
      implement(keyAdminV1.KeyAdminServiceService, {
        createKey: async (request) => {
          asked.push(request);
          return { key: key('made', signingV1.KeyState.NEXT, request.algorithm) };
        },
        importKey: async (request) => {
          asked.push(request);
          return { key: key(request.keyId) };
        },
        promoteKey: async ({ keyId }) => ({ key: key(keyId), warnings: ['Verifiers that cached it.'] }),
        retireKey: async ({ keyId }) => ({ key: key(keyId, signingV1.KeyState.RETIRED), warnings: ['Nothing signs.'] }),
        destroyKey: async (request) => {
          asked.push(request);
          if (request.confirmation !== request.keyId) throw new OAuthError('invalid_request', 'The signer refuses.');
          return { warnings: ['It is refused.'] };
        },
        listKeys: async ({ keySet }) => {
          asked.push({ keySet });
          return { keys: listed };
        },
        attest: () => Promise.reject(new OAuthError('temporarily_unavailable')),
        findSignatures: () => Promise.reject(new OAuthError('temporarily_unavailable')),
      }),
    ],
    health: () => Promise.resolve(true),
    reflection: false,
    log: { warn: quiet, error: quiet },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  asked.splice(0);
  listed = signing;
});

const cardea = (...words: string[]) => cardeaWith({}, ...words);

async function cardeaWith(
  given: Partial<Surroundings>,
  ...words: string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(words, {
    env: { PEERS_KEYS_ADDRESSES: server.address },
    out: (text) => (out += text),
    err: (text) => (err += text),
    ...given,
  });
  return { code, out, err };
}

test('keys are listed in a table', async () => {
  const { code, out } = await cardea('keys', 'list', '--set', set);
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'KEY SET                ALG    STATE    SIGNS FROM                KID',
    `${set}  ES256  next     2026-01-02T03:04:05.000Z  b`,
    `${set}  ES256  current  2026-01-02T03:04:05.000Z  a`,
    `${set}  RS256  current  2026-01-02T03:04:05.000Z  r`,
    '',
  ]);
  expect(asked).toEqual([{ keySet: set }]);
});

test('a key that is created signs when verifiers know it, or when the operator says', async () => {
  const create = ['keys', 'create', '--set', set, '--algorithm', 'ES384'];
  expect((await cardea(...create)).out).toContain('ES384  next');
  await cardea(...create, '--after', '90m');
  const common = { keySet: set, algorithm: 'ES384', requestId: expect.any(String) };
  expect(asked).toEqual([3600, 5400].map((activateAfterSeconds) => ({ ...common, activateAfterSeconds })));
  expect((await cardea(...create, '--after', 'soon')).code).toBe(1);
});

const early = ['--after', '0s'];
test.each<[string[], number]>([
  [['create', '--set', set, '--algorithm', 'ES384', ...early], 1],
  [['rotate', ...early], 2],
  [['adopt', 'theirs', '--set', set, '--algorithm', 'RS256', '--confirm', 'theirs', ...early], 1],
])('%j says who breaks, and does it only when that is meant', async (words, made) => {
  const changes = () => asked.filter((request) => 'activateAfterSeconds' in request);
  const breaks = expect.stringMatching(/those who keep a copy of the JWKS .* refuse the tokens/);
  expect(await cardea('keys', ...words)).toMatchObject({ code: 1, out: '', err: breaks });
  expect(changes()).toEqual([]);
  expect(await cardea('keys', ...words, '--force')).toMatchObject({ code: 0, err: breaks });
  expect(changes()).toHaveLength(made);
  for (const change of changes()) expect(change).toMatchObject({ activateAfterSeconds: 0 });
});

test('a person may say so instead; a set that signs nothing yet asks nobody', async () => {
  const create = ['keys', 'create', '--set', set, '--algorithm', 'ES384', ...early];
  const questions: string[] = [];
  const say = (answer: boolean) => async (question: string) => {
    questions.push(question);
    return answer;
  };
  expect((await cardeaWith({ confirm: say(false) }, ...create)).code).toBe(1);
  expect((await cardeaWith({ confirm: say(true) }, ...create)).code).toBe(0);
  expect(questions).toEqual([expect.stringContaining('Go on?'), expect.stringContaining('Go on?')]);
  listed = [key('b', signingV1.KeyState.NEXT), key('r', signingV1.KeyState.RETIRED)];
  expect(await cardea(...create)).toMatchObject({ code: 0, err: '' });
});

test('a rotation makes a successor for each key that signs, and for no other', async () => {
  expect((await cardea('keys', 'rotate', '--after', '2h')).code).toBe(0);
  expect(asked).toMatchObject([
    { keySet: '' },
    { keySet: set, algorithm: 'ES256', activateAfterSeconds: 7200 },
    { keySet: set, algorithm: 'RS256', activateAfterSeconds: 7200 },
  ]);
});

describe('import', () => {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'mine' };
  const file = () => path.join(directory, 'key');
  const take = () =>
    cardea('keys', 'import', file(), '--set', set, '--kid', 'mine', '--algorithm', 'ES256', '--confirm', 'mine');

  test.each<[string, string | Buffer]>([
    ['PKCS#8 in PEM', privateKey.export({ format: 'pem', type: 'pkcs8' })],
    ['SEC1 in PEM', privateKey.export({ format: 'pem', type: 'sec1' })],
    ['PKCS#8 in DER', pkcs8],
    ['SEC1 in DER', privateKey.export({ format: 'der', type: 'sec1' })],
    ['a JWK', JSON.stringify(jwk)],
    ['a JWKS', JSON.stringify({ keys: [{ kty: 'oct', k: 'AA', kid: 'other' }, jwk] })],
  ])('%s', async (_name, content) => {
    writeFileSync(file(), content);
    expect(await take()).toMatchObject({ code: 0, err: '' });
    const [request] = asked as keyAdminV1.ImportKeyRequest[];
    expect(request).toMatchObject({ keySet: set, keyId: 'mine', algorithm: 'ES256', confirmation: 'mine' });
    const sent = createPrivateKey({ key: Buffer.from(request!.privateKey), format: 'der', type: 'pkcs8' });
    expect(sent.equals(privateKey)).toBe(true);
  });

  test.each<[string, string]>([
    ['a public key', JSON.stringify({ ...jwk, d: undefined })],
    ['a key set without that key', JSON.stringify({ keys: [{ ...jwk, kid: 'other' }] })],
    ['a text', 'hello'],
  ])('%s is refused, and nothing is sent', async (_name, content) => {
    writeFileSync(file(), content);
    const { code, err } = await take();
    expect([code, err.trim().split('\n')]).toEqual([1, [expect.stringMatching(/^cardea: the /)]]);
    expect(asked).toEqual([]);
  });

  test('a key of the HSM is adopted by its id alone', async () => {
    const options = ['--set', set, '--algorithm', 'RS256', '--confirm', 'theirs', '--after', '2h'];
    expect((await cardea('keys', 'adopt', 'theirs', ...options)).code).toBe(0);
    expect(asked).toMatchObject([{ keyId: 'theirs', activateAfterSeconds: 7200, confirmation: 'theirs' }]);
    expect((asked as keyAdminV1.ImportKeyRequest[])[0]?.privateKey).toHaveLength(0);
  });
});

test.each<[string[], string, string]>([
  [['promote', 'a'], 'current', 'Verifiers that cached it.'],
  [['retire', 'a'], 'retired', 'Nothing signs.'],
  [['destroy', 'a', '--confirm', 'a'], 'destroyed a', 'It is refused.'],
])('%j says what was done, and what that breaks', async (words, done, warning) => {
  const { code, out, err } = await cardea('keys', ...words);
  expect([code, err]).toEqual([0, `cardea: ${warning}\n`]);
  expect(out).toContain(done);
});

test('what cannot be taken back is asked for twice', async () => {
  expect((await cardea('keys', 'destroy', 'a')).code).toBe(1);
  expect(asked).toEqual([]);
  expect(await cardea('keys', 'destroy', 'a', '--confirm', 'b')).toMatchObject({
    code: 1,
    err: expect.stringContaining('The signer refuses'),
  });
});

/** Every command below `keys`, by the words that call it. */
const below = (command: Command): string[][] =>
  command.commands.length === 0
    ? [[command.name()]]
    : command.commands.flatMap((inner) => below(inner).map((words) => [command.name(), ...words]));
const program = await createProgram({ env: {}, out: () => undefined, err: () => undefined } as never);
const keyCommands = program.commands.find((command) => command.name() === 'keys');

test.each((keyCommands === undefined ? [] : below(keyCommands)).map((words) => [words.join(' '), words] as const))(
  '%s --help says what relying parties will see, with an example',
  async (usage, words) => {
    const { code, out } = await cardea(...words, '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/Relying parties: \w/);
    expect(out).toContain(`$ cardea ${usage}`);
  },
);

test('the commands for keys are those of the documentation', () => {
  const words = (keyCommands?.commands ?? []).map((command) => command.name());
  for (const name of [
    'list',
    'create',
    'import',
    'promote',
    'retire',
    'destroy',
    'rotate',
    'audit',
    'attest',
    'reseal',
  ]) {
    expect(words).toContain(name);
  }
});

test.each<[string[], string]>([
  [[], 'dsn is not set'],
  [['--anchor', 'yesterday'], 'ROWS:HASH'],
])('the record of signatures is not verified with %j', async (words, reason) => {
  const { code, err } = await cardea('keys', 'audit', 'verify', ...words);
  expect([code, err]).toEqual([1, expect.stringContaining(reason)]);
});
