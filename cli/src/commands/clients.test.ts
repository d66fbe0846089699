// Clients by command against the running services: Hydra's words, flags, output and exit codes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
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

describe('create', () => {
  test('says what a newcomer needs, and the secret works', async () => {
    const { code, out } = await cardea(
      'create',
      'client',
      '--id',
      'table',
      '--scope',
      'a,b',
      '--redirect-uri',
      'https://rp.test/cb?a=1,2',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^CLIENT ID +table$/m);
    expect(out).toMatch(/^CLIENT SECRET +\S{20,}$/m);
    expect(out).toMatch(/^GRANT TYPES +authorization_code$/m);
    expect(out).toMatch(/^SCOPE +a b$/m);
    expect(out).toMatch(/^REDIRECT URIS +https:\/\/rp\.test\/cb\?a=1,2$/m);
  });

  test('every flag reaches its member', async () => {
    const flags = [
      ...['--name', 'Shop', '--grant-type', 'authorization_code,refresh_token', '--grant-type', 'implicit'],
      ...[
        '--response-type',
        'code,token',
        '--redirect-uri',
        'https://rp.test/a',
        '--redirect-uri',
        'https://rp.test/b',
      ],
      ...['--scope', 'openid offline', '--audience', 'api', '--token-endpoint-auth-method', 'client_secret_post'],
      ...['--secret', 'secret-of-length', '--owner', 'team', '--contact', 'a@b.test', '--metadata', '{"a":1}'],
      ...['--subject-type', 'public', '--jwks-uri', 'https://rp.test/jwks', '--request-uri', 'https://rp.test/ro'],
      ...[
        '--request-object-signing-alg',
        'RS256',
        '--policy-uri',
        'https://rp.test/p',
        '--tos-uri',
        'https://rp.test/t',
      ],
      ...['--client-uri', 'https://rp.test', '--logo-uri', 'https://rp.test/l.png'],
      ...['--allowed-cors-origin', 'https://rp.test', '--post-logout-callback', 'https://rp.test/out'],
      ...['--skip-consent', '--skip-logout-consent=false', '--access-token-strategy', 'jwt'],
      ...['--backchannel-logout-callback', 'https://rp.test/bc', '--backchannel-logout-session-required'],
      ...['--frontchannel-logout-callback', 'https://rp.test/fc', '--frontchannel-logout-session-required', 'true'],
      ...['--id-token-signed-response-alg', 'ES256', '--access-token-signed-response-alg', 'RS256'],
      ...['--userinfo-signed-response-alg', 'ES256', '--token-endpoint-auth-signing-alg', 'PS256'],
      ...['--id-token-encrypted-response-alg', 'RSA-OAEP-256', '--id-token-encrypted-response-enc', 'A256GCM'],
      ...['--userinfo-encrypted-response-alg', 'ECDH-ES', '--userinfo-encrypted-response-enc', 'A128GCM'],
      ...['--logout-revokes-tokens'],
    ];
    expect(await json('create', 'oauth2-client', '--id', 'full', ...flags)).toMatchObject({
      client_id: 'full',
      client_name: 'Shop',
      grant_types: ['authorization_code', 'refresh_token', 'implicit'],
      response_types: ['code', 'token'],
      redirect_uris: ['https://rp.test/a', 'https://rp.test/b'],
      scope: 'openid offline',
      audience: ['api'],
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: 'secret-of-length',
      owner: 'team',
      contacts: ['a@b.test'],
      metadata: { a: 1 },
      jwks_uri: 'https://rp.test/jwks',
      request_uris: ['https://rp.test/ro'],
      request_object_signing_alg: 'RS256',
      policy_uri: 'https://rp.test/p',
      tos_uri: 'https://rp.test/t',
      client_uri: 'https://rp.test',
      logo_uri: 'https://rp.test/l.png',
      allowed_cors_origins: ['https://rp.test'],
      post_logout_redirect_uris: ['https://rp.test/out'],
      skip_consent: true,
      skip_logout_consent: false,
      access_token_strategy: 'jwt',
      backchannel_logout_uri: 'https://rp.test/bc',
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: 'https://rp.test/fc',
      frontchannel_logout_session_required: true,
      id_token_signed_response_alg: 'ES256',
      access_token_signed_response_alg: 'RS256',
      userinfo_signed_response_alg: 'ES256',
      token_endpoint_auth_signing_alg: 'PS256',
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_encrypted_response_alg: 'ECDH-ES',
      userinfo_encrypted_response_enc: 'A128GCM',
      logout_revokes_tokens: true,
    });
  });

  test('does not limit request objects that nobody spoke of, as Hydra does', async () => {
    expect(await json('create', 'client')).not.toHaveProperty('request_object_signing_alg');
  });

  test('from a file and from standard input; flags win; a secret from a file', async () => {
    const file = running.write('client.yaml', 'client_id: filed\nclient_name: From a file\nscope: a\n');
    const secret = running.write('secret', 'secret-in-a-file\n');
    expect(await json('create', 'client', '--file', file, '--scope', 'b', '--secret-file', secret)).toMatchObject({
      ...{ client_id: 'filed', client_name: 'From a file', scope: 'b', client_secret: 'secret-in-a-file' },
    });
    const piped = await running.cardea(['create', 'client', '--file', '-', '-q'], { input: '{"client_id":"piped"}' });
    expect(piped).toEqual({ code: 0, out: 'piped\n', err: '' });
  });

  test('an id that is taken is refused, and nothing is changed', async () => {
    await json('create', 'client', '--id', 'taken', '--owner', 'first');
    const { code, err } = await cardea('create', 'client', '--id', 'taken', '--owner', 'second');
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(await json('get', 'client', 'taken')).toMatchObject({ owner: 'first' });
  });
});

describe('get, list, update, delete', () => {
  test('several at once; an unknown one is told and does not hide the others', async () => {
    await json('create', 'client', '--id', 'one');
    await json('create', 'client', '--id', 'two');
    expect(await json('get', 'client', 'one', 'two')).toMatchObject([{ client_id: 'one' }, { client_id: 'two' }]);
    const { code, out, err } = await cardea('get', 'clients', 'one', 'none', 'two', '-q');
    expect([code, out]).toEqual([3, 'one\ntwo\n']);
    expect(err).toBe(`cardea: there is no client "none" at ${running.admin}\n`);
    const deleted = await cardea('delete', 'client', 'one', 'none', 'two');
    expect([deleted.code, deleted.out]).toEqual([3, 'CLIENT ID\none\ntwo\n']);
    expect((await cardea('get', 'client', 'one')).code).toBe(3);
  });

  test('a list goes on where the page before ended', async () => {
    for (const id of ['p1', 'p2', 'p3']) await json('create', 'client', '--id', id, '--owner', 'pages');
    interface Page {
      items: { client_id: string }[];
      next_page_token: string;
      is_last_page: boolean;
    }
    const first = await json<Page>('list', 'oauth2-clients', '--owner', 'pages', '--page-size', '2');
    expect([first.items.map((item) => item.client_id), first.is_last_page]).toEqual([['p1', 'p2'], false]);
    const more = ['--page-size', '2', '--page-token', first.next_page_token];
    const last = await json<Page>('ls', 'clients', '--owner', 'pages', ...more);
    expect([last.items.map((item) => item.client_id), last.is_last_page, last.next_page_token]).toEqual([
      ['p3'],
      true,
      '',
    ]);
    expect((await cardea('ls', 'clients', '--owner', 'pages', '--page-size', '1', '--all', '-q')).out).toBe(
      'p1\np2\np3\n',
    );
    const table = (await cardea('list', 'clients', '--owner', 'pages', '--page-size', '2')).out;
    expect(table).toMatch(/^CLIENT ID +CLIENT SECRET +GRANT TYPES +RESPONSE TYPES +SCOPE +AUDIENCE +REDIRECT URIS$/m);
    expect(table).toMatch(/^NEXT PAGE TOKEN {2}\S+\nIS LAST PAGE {5}false$/m);
  });

  test('update changes what flags name and nothing else; a file replaces all but the secret', async () => {
    const { client_secret: secret } = await json('create', 'client', '--id', 'changed', '--owner', 'a', '--name', 'N');
    expect(await json('update', 'client', 'changed', '--owner', 'b')).toMatchObject({ owner: 'b', client_name: 'N' });
    expect(await json('update', 'client', 'changed', '--owner', '')).toMatchObject({ owner: '', client_name: 'N' });
    const file = running.write('whole.json', '{"grant_types":["client_credentials"]}');
    expect(await json('update', 'client', 'changed', '--file', file)).toMatchObject({ client_name: '' });
    const login = ['--client-id', 'changed', '--client-secret', String(secret)];
    expect((await cardea('perform', 'client-credentials', ...login)).code).toBe(0);
    expect(await cardea('update', 'client', 'changed')).toMatchObject({ code: 1, err: /nothing to change/ as never });
  });

  test('import: a list, several documents, standard input', async () => {
    const file = running.write('list.json', '[{"client_id":"i1"},{"client_id":"i2"}]');
    expect((await cardea('import', 'oauth2-client', file, '-q')).out).toBe('i1\ni2\n');
    const input = 'client_id: i3\n---\nclient_id: i4\n';
    expect((await running.cardea(['import', 'client', '-q'], { input })).out).toBe('i3\ni4\n');
    const page = { items: [{ client_id: 'i6', created_at: '2024-01-01T00:00:00Z', jwks: {} }], is_last_page: true };
    expect((await cardea('import', 'client', running.write('page.json', JSON.stringify(page)), '-q')).out).toBe('i6\n');
    const half = running.write('half.yaml', '- client_id: i5\n- client_id: [\n');
    const { code, err } = await cardea('import', 'client', half);
    expect(code).toBe(1);
    expect(err).toMatch(/half\.yaml:[23]: /);
  });
});

describe('beyond Hydra', () => {
  test('a secret is rotated: both are good, then the new one alone', async () => {
    const old = await json('create', 'client', '--id', 'rotated', '--grant-type', 'client_credentials');
    const { code, out: fresh } = await cardea(
      'rotate',
      'client-secret',
      'rotated',
      '--format',
      'jsonpath=client_secret',
      '-q',
    );
    expect(code).toBe(0);
    const works = async (secret: unknown) => {
      const login = ['--client-id', 'rotated', '--client-secret', String(secret).trim()];
      return (await cardea('perform', 'client-credentials', ...login)).code;
    };
    expect([await works(old['client_secret']), await works(fresh)]).toEqual([0, 0]);
    expect((await cardea('delete', 'rotated-secrets', 'rotated')).code).toBe(0);
    expect([await works(old['client_secret']), await works(fresh)]).toEqual([4, 0]);
  });

  test('lifespans: what flags name changes, the rest stays', async () => {
    await json('create', 'client', '--id', 'lived');
    const access = 'authorization_code_grant_access_token_lifespan';
    const refresh = 'refresh_token_grant_refresh_token_lifespan';
    const set = ['--authorization-code-grant-access-token', '15m', '--refresh-token-grant-refresh-token', '720h'];
    expect(await json('update', 'lifespans', 'lived', ...set)).toMatchObject({
      [access]: '15m0s',
      [refresh]: '720h0m0s',
    });
    expect(
      await json('update', 'lifespans', 'lived', '--authorization-code-grant-access-token', 'default'),
    ).toMatchObject({
      [access]: null,
      [refresh]: '720h0m0s',
    });
    expect(await json('update', 'lifespans', 'lived', '--reset')).toMatchObject({ [refresh]: null });
    expect((await cardea('get', 'lifespans', 'lived')).out).toMatch(/^refresh-token-grant-refresh-token +default$/m);
    expect((await cardea('update', 'lifespans', 'lived', '--authorization-code-grant-access-token', '15')).err).toMatch(
      /must be a duration/,
    );
  });

  test('a secret for the holder of a PGP key only, or none at all', async () => {
    expect((await cardea('create', 'client', '--id', 'unsealed', '--pgp-key', 'AAAA')).code).toBe(1);
    expect((await cardea('get', 'client', 'unsealed')).code).toBe(3);
    const home = running.directory;
    const quiet = ['--batch', '--quiet', '--homedir', home, '--pinentry-mode', 'loopback', '--passphrase', ''];
    const gpg = (input: string | Buffer, ...words: string[]) => spawnSync('gpg', [...quiet, ...words], { input });
    const made = gpg('', '--quick-generate-key', 'operator@cardea.test', 'future-default', 'default', 'never');
    if (made.error !== undefined) {
      const { err } = await cardea('create', 'client', '--id', 'unsealed', '--pgp-key', 'AAAA');
      expect(err).toMatch(/gpg is not installed/);
      return;
    }
    const key = gpg('', '--export', 'operator@cardea.test').stdout.toString('base64');
    expect(key.length).toBeGreaterThan(100);
    const sealed = await json('create', 'client', '--id', 'sealed', '--secret', 'secret-of-length', '--pgp-key', key);
    const letter = Buffer.from(String(sealed['client_secret']), 'base64');
    expect(letter.toString()).toMatch(/^-----BEGIN PGP MESSAGE-----/);
    expect(gpg(letter, '--decrypt').stdout.toString()).toBe('secret-of-length');
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  });
});
