// Secrets as clients show them, by the wrong way, in the wrong spelling or after their time, over real PostgreSQL (security
// catalogue C02, C03, C05, C17, C18).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pbkdf2Sync } from 'node:crypto';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, clientSettings, createTokenService, verdict, verifier } from './tokens.fixture.js';

let service: TokenService;
/** Another process over the same database, whose operator hashes with more rounds. */
let second: TokenService;
let app: string;
const machine: Form = { grant_type: 'client_credentials' };
const codeForm = (code: string): Form => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: 'https://app.example/cb',
  code_verifier: verifier,
});
const clients = () => service.rooms.clientHandlers;
const hashesOf = async (id: string): Promise<string[]> => {
  const { rows } = await service.database.pool.query('SELECT secret_hashes FROM cardea.client WHERE id = $1', [id]);
  return rows[0].secret_hashes as string[];
};
/** As an import from elsewhere leaves it. */
const setHashes = async (id: string, hashes: readonly string[]) => {
  await service.database.pool.query('UPDATE cardea.client SET secret_hashes = $2 WHERE id = $1', [id, hashes]);
  service.resolver.forget(id);
};

beforeAll(async () => {
  service = await createTokenService();
  const hashers = { ...clientSettings.hashers, pbkdf2Iterations: 30_000 };
  second = await createTokenService({ database: service.database, clientSettings: { hashers } });
  await service.client({ clientId: 'app' }, 'secret-of-app');
  app = service.basic('app', 'secret-of-app');
  await service.client({ clientId: 'other' }, 'secret-of-other');
  await service.client({ clientId: 'post', tokenEndpointAuthMethod: 'client_secret_post' }, 'secret-of-post');
});
afterAll(async () => {
  await second.close();
  await service.close();
});

describe('secrets on their way', () => {
  test.each([
    ['colon', 'odd:id', 'a:secret:of:colons'],
    ['percent', 'odd%id', 'a%41secret%zz'],
    ['plus and space', 'odd+ id', 'a+secret with spaces'],
    ['letters', 'ödd', 'ein geheimes é'],
  ])('C02: %s, form-encoded, is what was registered', async (_what, clientId, secret) => {
    await service.client({ clientId }, secret);
    const encoded = (text: string) => new URLSearchParams({ a: text }).toString().slice(2);
    expect(await verdict(service.token(machine, service.basic(encoded(clientId), encoded(secret))))).toBe('ok');
    expect(await verdict(service.token(machine, service.basic(encoded(clientId), encoded(`${secret} `))))).toBe(
      'invalid_client',
    );
  });
  test.each([
    ['%zz', 'invalid_request'],
    ['half %4', 'invalid_request'],
    ['%ff', 'invalid_request'],
    // A plus that was not encoded is a space, and that is another secret.
    ['secret+of+plus', 'invalid_client'],
  ])('C02: %s, not encoded: %s', async (secret, expected) => {
    expect(await verdict(service.token(machine, service.basic('other', secret)))).toBe(expected);
  });

  test('C03: a secret by a way that is not registered, or by two, is refused and uses no code up', async () => {
    const own = (await service.code('app')).code;
    const posted = (await service.code('post')).code;
    const inBody = { client_id: 'app', client_secret: 'secret-of-app' };
    const postBody = { client_id: 'post', client_secret: 'secret-of-post' };
    const asBasic = service.basic('post', 'secret-of-post');
    expect(await verdict(service.token({ ...codeForm(own), ...inBody }))).toBe('invalid_client');
    expect(await verdict(service.token(codeForm(posted), asBasic))).toBe('invalid_client');
    // RFC 6749 §2.3: more than one method is a malformed request.
    expect(await verdict(service.token({ ...codeForm(own), ...inBody }, app))).toBe('invalid_request');
    expect(await verdict(service.token({ ...codeForm(posted), ...postBody }, asBasic))).toBe('invalid_request');
    expect(await verdict(service.token({ ...codeForm(own), client_id: 'other' }, app))).toBe('invalid_request');
    expect(await verdict(service.token(codeForm(own), app))).toBe('ok');
    expect(await verdict(service.token({ ...codeForm(posted), ...postBody }))).toBe('ok');
  });

  test.each([1_025, 4_097, 90 * 1024])('C05: a secret of %i bytes is wrong even if it is right', async (bytes) => {
    const long = 'x'.repeat(bytes);
    const salt = Buffer.alloc(16, 7);
    const raw = (part: Buffer) => part.toString('base64').replace(/=+$/, '');
    const hash = (secret: string) =>
      `$pbkdf2-sha256$i=1000,l=32$${raw(salt)}$${raw(pbkdf2Sync(secret, salt, 1_000, 32, 'sha256'))}`;
    await service.client({ clientId: `long ${String(bytes)}` }, 'short-secret');
    // Whoever computed its hash would find it right.
    await setHashes(`long ${String(bytes)}`, [hash(long), hash('a'.repeat(1_024))]);
    const shown = (secret: string) => verdict(service.token(machine, service.basic(`long+${String(bytes)}`, secret)));
    expect(await shown(long)).toBe('invalid_client');
    expect(await shown('a'.repeat(1_024))).toBe('ok');
  });
});

test('C17: five rotated secrets are kept; dropped, they end in every process, remembered or not', async () => {
  await service.client({ clientId: 'turning' }, 'first-and-chosen');
  const works = (at: TokenService, secret: string) => verdict(at.token(machine, at.basic('turning', secret)));
  // Verified, and so remembered, by both.
  expect([await works(service, 'first-and-chosen'), await works(second, 'first-and-chosen')]).toEqual(['ok', 'ok']);
  const made: string[] = [];
  for (let i = 0; i < 6; i++) {
    made.push((await clients().rotateClientSecret({ clientId: 'turning' }, call)).clientSecret);
    expect(await works(service, 'first-and-chosen')).toBe(i < 5 ? 'ok' : 'invalid_client');
  }
  expect(await hashesOf('turning')).toHaveLength(6);
  await clients().dropRotatedClientSecrets({ clientId: 'turning' }, call);
  expect(await hashesOf('turning')).toHaveLength(1);
  const [old = '', newest = ''] = made.slice(-2);
  expect([await works(service, old), await works(service, newest)]).toEqual(['invalid_client', 'ok']);
  // The other process is told by the database, within a second.
  const until = Date.now() + 25_000;
  while ((await works(second, old)) !== 'invalid_client' && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect([await works(second, old), await works(second, 'first-and-chosen'), await works(second, newest)]).toEqual([
    'invalid_client',
    'invalid_client',
    'ok',
  ]);
});

describe('C18: hashes of another make', () => {
  const bcrypt = '$2a$10$YqW9STqeMZgoS6mmmrkPZO/HCJZ8Ia5WCGdmzaQm87TA6VkZvheKC';
  test('an imported bcrypt hash serves twenty at once, and is the one that stays', async () => {
    await service.client({ clientId: 'imported' }, 'to-be-replaced');
    await setHashes('imported', [bcrypt]);
    const auth = service.basic('imported', 'known+secret');
    const logins = await Promise.all(Array.from({ length: 20 }, () => verdict(service.token(machine, auth))));
    expect(new Set(logins)).toEqual(new Set(['ok']));
    expect(await hashesOf('imported')).toEqual([bcrypt]);
    expect(await verdict(service.token(machine, service.basic('imported', 'to-be-replaced')))).toBe('invalid_client');
  });
  test('a change of rounds counts for new secrets, and old ones go on', async () => {
    const { client } = await service.client({ clientId: 'rounds' }, 'of-few-rounds');
    expect((await hashesOf('rounds'))[0]).toContain('$i=25000,');
    expect(await verdict(second.token(machine, second.basic('rounds', 'of-few-rounds')))).toBe('ok');
    const change = { client, clientSecret: 'of-more-rounds', ifVersion: 0 };
    await second.rooms.clientHandlers.setClient(change, call);
    expect((await hashesOf('rounds'))[0]).toContain('$i=30000,');
    service.resolver.forget('rounds');
    expect(await verdict(service.token(machine, service.basic('rounds', 'of-more-rounds')))).toBe('ok');
    expect(await verdict(service.token(machine, service.basic('rounds', 'of-few-rounds')))).toBe('invalid_client');
  });
});
