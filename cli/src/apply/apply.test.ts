// `cardea apply` against the running services: what files say comes about, once, and nothing else does.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Given, Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

let running: Running;
let directory: string;

beforeAll(async () => {
  running = await startRunning();
}, 120_000);
afterAll(() => running.stop());
beforeEach(() => {
  directory = mkdtempSync(path.join(running.directory, 'apply-'));
});

const jwk = { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'one' };

function file(name: string, text: string): string {
  const target = path.join(directory, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

const apply = (words: readonly string[] = [], given: Given = {}) =>
  running.cardea(['apply', '-f', directory, '--set', path.basename(directory), ...words], given);

async function client(id: string): Promise<Record<string, unknown> | undefined> {
  const { code, out } = await running.cardea(['get', 'client', id, '--format', 'json']);
  return code === 0 ? (JSON.parse(out) as Record<string, unknown>) : undefined;
}

const shop = `clients:
  - client_id: shop
    client_name: Shop
    client_secret: { env: SHOP_SECRET }
    redirect_uris: [https://shop.test/cb]
    grant_types: [authorization_code, client_credentials]
    authorization_code_grant_access_token_lifespan: 90m
    metadata: { team: shop, b: 1 }
`;
const env = { SHOP_SECRET: 'secret-of-the-shop' };

test('creates, changes nothing the second time, sets back what the file does not say, and prunes', async () => {
  file('shop.yaml', shop);
  file('deep/job.json', '{"client_id":"job","grant_types":["client_credentials"],"scope":"a"}');
  const first = await apply([], { env });
  expect([first.code, first.out]).toEqual([
    0,
    '+ client job\n+ client shop\n2 to create, 0 to change, 0 to delete, 0 as they should be\n',
  ]);
  expect(first.err).toMatch(/the secret of job, shown only now: \S{20,}/);
  expect(first.err).not.toContain(env.SHOP_SECRET);
  expect(first.err).not.toMatch(/registration_access_token|the server keeps/);
  const login = { OAUTH2_CLIENT_ID: 'shop', OAUTH2_CLIENT_SECRET: env.SHOP_SECRET };
  expect((await running.cardea(['perform', 'client-credentials'], { env: login })).code).toBe(0);

  const second = await apply([], { env });
  expect([second.code, second.out, second.err]).toEqual([
    0,
    'no changes: 0 to create, 0 to change, 0 to delete, 2 as they should be\n',
    '',
  ]);
  expect((await apply(['--check'], { env })).code).toBe(0);

  await running.cardea([
    'update',
    'client',
    'shop',
    '--owner',
    'somebody',
    '--name',
    'Other',
    '--access-token-strategy',
    'jwt',
  ]);
  const check = await apply(['--check'], { env });
  expect(check.code).toBe(2);
  expect(check.out).toContain('~ client shop\n');
  expect(check.out).toContain('    client_name: "Other" -> "Shop"\n');
  expect(check.out).toContain('    owner: "somebody" -> ""\n');
  expect(await client('shop')).toMatchObject({ owner: 'somebody' });
  expect((await apply(['--dry-run'], { env })).code).toBe(0);
  expect(await client('shop')).toMatchObject({ owner: 'somebody' });
  expect((await apply([], { env })).code).toBe(0);
  expect(await client('shop')).toMatchObject({ owner: '', client_name: 'Shop', metadata: { team: 'shop', b: 1 } });
  expect(await client('shop')).not.toHaveProperty('access_token_strategy');
  // The secret is as it was.
  expect((await running.cardea(['perform', 'client-credentials'], { env: login })).code).toBe(0);

  await running.cardea(['create', 'client', '--id', 'bystander']);
  file('deep/job.json', '{"clients":[]}');
  expect((await apply([], { env })).out).toContain('no changes');
  const unasked = await apply(['--prune'], { env });
  expect([unasked.code, unasked.err]).toEqual([1, expect.stringContaining('nobody is here to confirm')]);
  expect((await apply(['--prune'], { env, confirm: false })).code).toBe(1);
  expect(await client('job')).toBeDefined();
  const pruned = await apply(['--prune'], { env, confirm: true });
  expect([pruned.code, pruned.out]).toEqual([
    0,
    '- client job\n0 to create, 0 to change, 1 to delete, 1 as they should be\n',
  ]);
  expect([await client('job'), (await client('bystander'))?.['client_id']]).toEqual([undefined, 'bystander']);
});

test('what `get client` prints can be applied', async () => {
  await running.cardea([
    'create',
    'client',
    '--id',
    'printed',
    '--scope',
    'a',
    '--metadata',
    '{"x":[1]}',
    '--skip-consent',
  ]);
  file('printed.yaml', (await running.cardea(['get', 'client', 'printed', '--format', 'yaml'])).out);
  expect((await apply()).out).toMatch(/^~ client printed\n {4}metadata: /);
  expect((await apply(['--check'])).code).toBe(0);
});

test('what the server spells otherwise is said, and then the file can say it too', async () => {
  file('c.yaml', 'client_id: spelled\nallowed_cors_origins: [https://a.test/]\n');
  const { code, err } = await apply();
  expect(code).toBe(0);
  expect(err).toContain('keeps allowed_cors_origins of spelled as ["https://a.test"]: write it so');
  file('c.yaml', 'client_id: spelled\nallowed_cors_origins: [https://a.test]\n');
  expect((await apply(['--check'])).code).toBe(0);
});

test('a secret is sent again only when that is asked for', async () => {
  file('c.yaml', 'client_id: resecret\ngrant_types: [client_credentials]\nclient_secret: { file: ./secret }\n');
  file('secret', 'first-secret\n');
  const works = async (secret: string) => {
    const login = { OAUTH2_CLIENT_ID: 'resecret', OAUTH2_CLIENT_SECRET: secret };
    return (await running.cardea(['perform', 'client-credentials'], { env: login })).code;
  };
  await apply();
  file('secret', 'second-secret\n');
  expect((await apply()).out).toContain('no changes');
  expect([await works('first-secret'), await works('second-secret')]).toEqual([0, 4]);
  const again = await apply(['--secrets']);
  expect(again.out).toContain('client_secret: "(hidden)" -> "(hidden)"');
  expect(again.out + again.err).not.toContain('second-secret');
  expect([await works('first-secret'), await works('second-secret')]).toEqual([4, 0]);
});

test('trusted issuers: created, changed, and pruned where the files have their list', async () => {
  const issuer = (scope: string) => ({
    ...{ issuer: 'https://idp.test', subject: 'alice', scope: [scope], expires_at: '2040-01-31T00:00:00Z', jwk },
  });
  file('i.json', JSON.stringify({ trusted_issuers: [issuer('a'), { ...issuer('a'), subject: 'bob' }] }));
  expect((await apply()).code).toBe(0);
  expect((await apply(['--check'])).code).toBe(0);
  file('i.json', JSON.stringify({ trusted_issuers: [issuer('b')] }));
  const { out } = await apply(['--dry-run', '--prune']);
  expect(out).toBe(
    '~ trusted issuer https://idp.test about alice\n    scope: ["a"] -> ["b"]\n' +
      '- trusted issuer https://idp.test about bob\n0 to create, 1 to change, 1 to delete, 0 as they should be\n',
  );
  expect((await apply(['--prune', '--yes'])).code).toBe(0);
  const list = await running.cardea(['list', 'trusted-issuers', '--format', 'json']);
  expect(JSON.parse(list.out)).toMatchObject({ items: [{ subject: 'alice', scope: ['b'] }] });
  expect((await apply(['--check', '--prune'])).code).toBe(0);
});

describe('mistakes are told in one line before anything is done', () => {
  test.each([
    ['half-written YAML', 'clients:\n  - client_id: x\n    scope: [a\n', /bad\.yaml:\d: /],
    [
      'a mistyped member',
      'clients:\n  - client_id: x\n    redirect_uri: [https://a.test]\n',
      /redirect_uri.*is redirect_uris meant\?/,
    ],
    ['no id', 'clients:\n  - client_name: x\n', /must have a client_id/],
    ['a list that is none', 'clients: { client_id: x }\n', /clients must be a list/],
    ['something else', 'urls: {}\n', /neither `clients:` nor `trusted_issuers:`/],
    ['a stray key', 'clients: []\nissuers: []\n', /issuers means nothing/],
    ['a variable that is not set', 'client_id: x\nclient_secret: { env: NOT_SET }\n', /NOT_SET, which is not set/],
    ['a wrong type', 'client_id: x\nredirect_uris: 5\n', /bad\.yaml: x: .*redirect_uris/],
    [
      'a private key',
      `issuer: i\nsubject: s\nexpires_at: 2040-01-01T00:00:00Z\njwk: { kid: a, d: b }\n`,
      /is a private key/,
    ],
    ['twins', 'client_id: good\n', /good is in .* already/],
  ])('%s', async (_what, text, sentence) => {
    file('a.yaml', 'client_id: good\n');
    file('bad.yaml', text);
    const { code, out, err } = await apply();
    expect([code, out]).toEqual([1, '']);
    expect(err.trim()).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(await client('good')).toBeUndefined();
  });
});
