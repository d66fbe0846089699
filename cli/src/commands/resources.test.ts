// Keys, trusted issuers, logins and records by command against the running services.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import type { Running } from '../running.fixture.js';
import { startRunning } from '../running.fixture.js';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
}, 120_000);
afterAll(() => running.stop());

const cardea = (...words: string[]) => running.cardea(words);

async function json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
  const { code, out, err } = await cardea(...words, '--format', 'json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

interface KeySet {
  set: string;
  keys: Record<string, string>[];
}

describe('JSON Web Keys', () => {
  test('created in a set, with and without the private half, shown and deleted', async () => {
    const { set, keys } = await json<KeySet>('create', 'jwk', 'my-set', 'first', '--alg', 'ES256');
    expect([set, keys]).toEqual(['my-set', [expect.objectContaining({ kid: 'first', alg: 'ES256', use: 'sig' })]]);
    expect(keys[0]).toHaveProperty('d');
    const more = await json<KeySet>('create', 'jwks', 'my-set', '--alg', 'EdDSA', '--use', 'enc', '--public');
    expect(more.keys[0]).not.toHaveProperty('d');
    const shown = await json<KeySet>('get', 'jwk', 'my-set', '--public');
    expect(shown.keys).toHaveLength(2);
    for (const key of shown.keys) expect(key).not.toHaveProperty('d');
    expect((await cardea('get', 'jwk', 'my-set')).out).toMatch(/^my-set +first +ES256 +sig$/m);
    expect(await cardea('delete', 'jwk', 'my-set')).toMatchObject({ code: 0, out: 'SET ID\nmy-set\n' });
    const gone = await cardea('get', 'jwk', 'my-set');
    expect([gone.code, gone.err]).toEqual([3, `cardea: there is no key set "my-set" at ${running.admin}\n`]);
  });

  test('imported from JWK, JWKS, PEM and DER', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const pem = running.write('key.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    const der = `${running.directory}/key.der`;
    running.write('key.b64', publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
    const { writeFileSync } = await import('node:fs');
    writeFileSync(der, publicKey.export({ format: 'der', type: 'spki' }));
    const jwk = { ...ec.export({ format: 'jwk' }), kid: 'j', alg: 'ES256', use: 'sig' };
    const one = running.write('one.json', JSON.stringify(jwk));
    const many = running.write(
      'many.json',
      JSON.stringify({
        keys: [
          { ...jwk, kid: 'm1' },
          { ...jwk, kid: 'm2' },
        ],
      }),
    );
    const { keys } = await json<KeySet>('import', 'jwk', 'taken-in', pem, der, one, many, '--alg', 'RS256');
    expect(keys.map(({ kid, alg }) => [kid, alg])).toEqual([
      [expect.stringMatching(/^[0-9a-f-]{36}$/), 'RS256'],
      [expect.stringMatching(/^[0-9a-f-]{36}$/), 'RS256'],
      ['j', 'ES256'],
      ['m1', 'ES256'],
      ['m2', 'ES256'],
    ]);
    const stored = await json<KeySet>('get', 'jwk', 'taken-in', '--public');
    expect(stored.keys.map(({ kid }) => kid).sort()).toEqual(keys.map(({ kid }) => kid).sort());
  });

  test.each([
    ['no algorithm', 'key.pem', 'import', /give it with --alg/],
    ['nonsense', 'nonsense', 'import', /holds no key that can be read/],
    ['half a JWK', 'half.json', 'import', /is no JSON/],
    ['no key at all', 'client.json', 'import', /holds no JSON Web Key/],
    ['no file', 'nowhere', 'import', /there is no such file/],
  ])('a file with %s', async (_what, name, _verb, sentence) => {
    running.write(
      'key.pem',
      generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    );
    running.write('nonsense', 'nonsense');
    running.write('half.json', '{"kty":');
    running.write('client.json', '{"client_id":"x"}');
    const { code, err } = await cardea('import', 'jwk', 'refused', `${running.directory}/${name}`);
    expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
    expect(err).toMatch(sentence);
    expect((await cardea('get', 'jwk', 'refused')).code).toBe(3);
  });
});

describe('trusted issuers', () => {
  test('created, shown, listed, deleted', async () => {
    const jwk = { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'one' };
    const file = running.write('issuer.json', JSON.stringify(jwk));
    const words = ['create', 'trusted-issuer', '--issuer', 'https://idp.test', '--jwk', file, '--scope', 'a,b'];
    const { id } = await json(...words, '--subject', 'alice', '--expires-at', '2040-01-31T00:00:00Z');
    const piped = await running.cardea(
      [
        ...words.filter((word) => word !== file && word !== '--jwk'),
        '--jwk',
        '-',
        '--allow-any-subject',
        '--expires-in',
        '720h',
        '-q',
      ],
      { input: JSON.stringify({ ...jwk, kid: 'two' }) },
    );
    expect(piped.code).toBe(0);
    expect(await json('get', 'trusted-issuer', String(id))).toMatchObject({
      ...{ issuer: 'https://idp.test', subject: 'alice', scope: ['a', 'b'], public_key: { kid: 'one' } },
    });
    const { out } = await cardea('list', 'trusted-issuers', '--issuer', 'https://idp.test');
    expect(out).toMatch(/^\S+ +https:\/\/idp\.test +alice +a, b +one +2040-01-31T00:00:00Z$/m);
    expect(out).toMatch(/^\S+ +https:\/\/idp\.test +\(any\) +a, b +two /m);
    expect((await cardea('delete', 'trusted-issuer', String(id), piped.out.trim())).code).toBe(0);
    expect((await cardea('get', 'trusted-issuer', String(id))).code).toBe(3);
  });

  test('a private key, nobody, everybody and somebody, no end', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const secret = running.write('private.json', JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'p' }));
    const words = ['create', 'trusted-issuer', '--issuer', 'i', '--jwk', secret];
    const said = async (...more: string[]) => (await cardea(...words, ...more)).err;
    expect(await said('--subject', 's', '--expires-in', '1h')).toMatch(/only its public half/);
    expect(await said('--expires-in', '1h')).toMatch(/about whom/);
    expect(await said('--subject', 's', '--allow-any-subject', '--expires-in', '1h')).toMatch(/about whom/);
    running.write('private.json', JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'AA', kid: 'p' }));
    expect(await said('--subject', 's')).toMatch(/until when/);
    expect(await said('--subject', 's', '--expires-in', 'soon')).toMatch(/must be a duration/);
    expect(await said('--subject', 's', '--expires-at', 'soon')).toMatch(/must be like 2030/);
  });
});

test('tokens of a client are deleted; what changed is on record', async () => {
  const words = ['--id', 'busy', '--secret', 'secret-of-length', '--grant-type', 'client_credentials'];
  await json('create', 'client', ...words);
  const login = ['--client-id', 'busy', '--client-secret', 'secret-of-length'];
  const token = (await cardea('perform', 'client-credentials', ...login, '-q')).out.trim();
  const active = async () => (await cardea('introspect', 'token', token, '-q')).out;
  expect(await active()).toBe('true\n');
  expect(await cardea('delete', 'access-tokens', 'busy', '-q')).toMatchObject({ code: 0, out: 'busy\n' });
  expect(await active()).toBe('false\n');
  const { items } = await json<{ items: Record<string, unknown>[] }>('list', 'audit-events', '--page-size', '50');
  expect(items.map((item) => item['target']).join(' ')).toContain('busy');
  expect(JSON.stringify(items)).not.toContain('secret-of-length');
  expect((await cardea('list', 'audit-events')).out).toMatch(
    /^OCCURRED AT +ACTOR +ACTION +TARGET +STATUS +REQUEST ID$/m,
  );
});

test('who changed a signing key by command is on record too', async () => {
  const keys = (...words: string[]) => running.cardea(['keys', ...words], { env: running.env });
  const set = 'hydra.openid.id-token';
  const made = await keys('create', '--set', set, '--algorithm', 'ES384', '--after', '0s', '--force');
  expect(made.code).toBe(0);
  const kid = /(\S+)\n$/.exec(made.out)?.[1] ?? '';
  expect(await keys('retire', kid)).toMatchObject({ code: 0 });
  const said = async () => {
    const { items } = await json<{ items: Record<string, unknown>[] }>('list', 'audit-events', '--page-size', '50');
    return items
      .filter(({ target }) => target === `${set}/${kid}`)
      .map(({ actor, authentication, action }) => [actor, authentication, action]);
  };
  // The token service hears of it from the keys service, which reaches nobody.
  for (const from = Date.now(); Date.now() - from < 60_000 && (await said()).length < 2;)
    await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await said()).toEqual([
    ['local', 'none', 'keys retire'],
    ['local', 'none', 'keys create'],
  ]);
}, 120_000);

test('in an incident, what was issued in an interval ends, and nothing else', async () => {
  const issue = async (id: string) => {
    await json('create', 'client', '--id', id, '--secret', 'secret-of-length', '--grant-type', 'client_credentials');
    const login = ['--client-id', id, '--client-secret', 'secret-of-length'];
    return (await cardea('perform', 'client-credentials', ...login, '-q')).out.trim();
  };
  const active = async (token: string) => (await cardea('introspect', 'token', token, '-q')).out;
  const [hit, spared] = [await issue('hit'), await issue('spared')];
  const revoke = (...words: string[]) => cardea('revoke', 'issued-tokens', '--client', 'hit', '-q', ...words);
  expect((await revoke('--after', '2020-01-01T00:00:00Z', '--before', '2020-01-02T00:00:00Z')).code).toBe(0);
  expect(await active(hit)).toBe('true\n');
  expect(await revoke('--after', '2020-01-01T00:00:00Z')).toMatchObject({ code: 0, out: 'hit\n' });
  expect([await active(hit), await active(spared)]).toEqual(['false\n', 'true\n']);
  expect((await revoke('--after', '2020-01-01T00:00:00')).err).toMatch(/must be like 2030/);
  expect((await cardea('revoke', 'issued-tokens', '--after', '2020-01-01T00:00:00Z')).err).toMatch(/whose\?/);
});

test('what is no id leads nowhere', async () => {
  await json('create', 'client', '--id', 'a/../b c');
  expect((await cardea('get', 'client', 'a/../b c', '-q')).out).toBe('a/../b c\n');
  for (const id of ['', '.', '..']) {
    expect(await cardea('delete', 'client', id)).toMatchObject({
      code: 1,
      err: `cardea: ${JSON.stringify(id)} is no id\n`,
    });
    expect((await cardea('delete', 'jwk', id)).code).toBe(1);
  }
});

test('logins and consents: who is meant must be said', async () => {
  expect((await cardea('revoke', 'logins')).err).toMatch(/either --subject, or --sid/);
  expect((await cardea('revoke', 'consents', '--subject', 'x')).err).toMatch(/--client or --all/);
  expect((await cardea('revoke', 'consents', '--subject', 'x', '--all', '--client', 'y')).code).toBe(1);
  expect((await cardea('revoke', 'consents', 'some-id', '--all')).code).toBe(1);
  expect((await cardea('revoke', 'consents', '--subject', 'x', '--client', 'y', '-q')).out).toBe('x\n');
  expect((await cardea('revoke', 'consent', 'no-such-id')).code).toBe(0);
  expect((await cardea('revoke', 'login', '--sid', 'unknown')).code).toBe(0);
  expect((await cardea('list', 'consents', '--subject', 'nobody', '-q')).out).toBe('');
});

test('logout deliveries: none yet, and none by that id', async () => {
  expect(await json('list', 'logout-deliveries', '--state', 'failed')).toMatchObject({ items: [] });
  const { code } = await cardea('resend', 'logout-delivery', '018f0000-0000-7000-8000-000000000000');
  expect(code).toBe(3);
});

test('janitor and migrations by Hydra’s words', async () => {
  const { code, out } = await cardea('janitor', '--tokens', '--requests', '--grants', '--limit', '100', running.dsn);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ refreshTokens: 0, partitionsDropped: 0 });
  expect(await cardea('migrate', 'sql', 'up', running.dsn, '--yes')).toMatchObject({
    ...{ code: 0, out: 'nothing to do: the schema is up to date\n' },
  });
  expect((await running.cardea(['migrate', 'sql', '-e', '-y'], { env: { DSN: running.dsn } })).code).toBe(0);
  expect((await cardea('migrate', 'sql', 'status', '--block', running.dsn)).out).toMatch(/^applied {2}\w+\/0001/m);
  const file = running.write('dsn.yaml', `dsn: ${running.dsn}\n`);
  for (const words of [
    ['migrate', '-c', file, 'sql', 'up', '-e', '--yes'],
    ['migrate', 'sql', 'up', '-c', file],
    ['migrate', 'up', '--config', file],
    ['migrate', 'status', '--block', '--config', file],
  ]) {
    expect([words, (await cardea(...words)).code]).toEqual([words, 0]);
  }
  expect(await cardea('migrate', 'status', '--block')).toMatchObject({
    code: 1,
    err: expect.stringContaining('dsn is not set'),
  });
  expect(await cardea('migrate', 'sql', 'down', running.dsn, '--steps', '1')).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('no way back') },
  });
});
