// The configuration: files, secret files and environment; what cannot be used is refused where it stands, with its fix.
import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig, required } from './load.js';

const directory = mkdtempSync(path.join(tmpdir(), 'cardea-config-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

let files = 0;
function file(text: string): string {
  const name = path.join(directory, `${String(files++)}.yaml`);
  writeFileSync(name, text);
  return name;
}

/** What is said about a file, its name shortened to FILE. */
function refusal(text: string, env: Record<string, string> = {}): string {
  const name = file(text);
  try {
    loadConfig({ files: [name], env });
  } catch (error) {
    return (error as Error).message.replaceAll(name, 'FILE');
  }
  throw new Error('nothing was refused');
}

describe('where values come from', () => {
  test('defaults stand without any', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      serve: {
        public: { host: '127.0.0.1', port: 4444 },
        admin: { port: 4445 },
        cookies: { names: { session: 'ory_hydra_session' } },
      },
      ttl: { accessToken: 3_600_000, refreshToken: 2_592_000_000, authCode: 600_000 },
      oauth2: { grant: { refreshToken: { rotationGracePeriod: 10_000 } } },
      secrets: { system: [] },
    });
    expect(config.dsn).toBeUndefined();
  });

  test('later files win over earlier ones, the environment over all', () => {
    const first = file('serve: {public: {port: 1000, host: first}, admin: {port: 2000}}\nlog: {level: debug}\n');
    const second = file('serve: {public: {port: 1001}}\n');
    const { serve, log } = loadConfig({ files: [first, second], env: { SERVE_ADMIN_PORT: '2001' } });
    expect([serve.public.port, serve.public.host, serve.admin.port, log.level]).toEqual([1001, 'first', 2001, 'debug']);
  });

  test('JSON is as good as YAML', () => {
    expect(loadConfig({ files: [file('{"urls": {"login": "https://login.test"}}')] }).urls.login).toBe(
      'https://login.test',
    );
  });

  test.each(['', '# nothing yet\n', 'serve:\nurls:\n  self:\n'])('empty sections say nothing: %j', (text) => {
    expect(loadConfig({ files: [file(text)] })).toEqual(loadConfig({}));
  });

  test('an empty environment variable is none', () => {
    expect(loadConfig({ env: { LOG_LEVEL: '' } }).log.level).toBe('info');
  });

  test('the names of Hydra are the names', () => {
    const config = loadConfig({
      env: {
        DSN: 'postgres://db.test/cardea',
        REDIS_URL: 'redis://cache.test',
        URLS_SELF_ISSUER: 'https://issuer.test',
        URLS_LOGIN: 'https://login.test',
        URLS_CONSENT: 'https://consent.test',
        SECRETS_SYSTEM: 'one-secret-of-32-characters-long, another',
        HSM_ENABLED: 'true',
        HSM_LIBRARY: '/lib/hsm.so',
        HSM_PIN: '1234',
        HSM_SLOT: '7',
        HSM_TOKEN_LABEL: 'cardea',
        OAUTH2_GRANT_REFRESH_TOKEN_ROTATION_GRACE_PERIOD: '1m',
        TTL_ACCESS_TOKEN: '1h30m',
        STRATEGIES_ACCESS_TOKEN: 'jwt',
      },
    });
    expect(config).toMatchObject({
      dsn: 'postgres://db.test/cardea',
      redis: { url: 'redis://cache.test' },
      urls: { self: { issuer: 'https://issuer.test' }, login: 'https://login.test', consent: 'https://consent.test' },
      secrets: { system: ['one-secret-of-32-characters-long', 'another'] },
      hsm: { enabled: true, library: '/lib/hsm.so', pin: '1234', slot: 7, tokenLabel: 'cardea' },
      oauth2: { grant: { refreshToken: { rotationGracePeriod: 60_000 } } },
      ttl: { accessToken: 5_400_000 },
      strategies: { accessToken: 'jwt' },
    });
  });

  test('nobody changes it afterwards, and files cannot reach prototypes', () => {
    const config = loadConfig({ files: [file('__proto__: {polluted: 1}\nserve: {public: {port: 1}}\n')] });
    expect(() => Object.assign(config.serve.public, { port: 2 })).toThrow(TypeError);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('secret files', () => {
  const secret = file('from-a-file\n');

  test.each<[string, string, Record<string, string>]>([
    ['named by a file', `secrets: {system_file: ${secret}}`, {}],
    ['named by the environment', '', { SECRETS_SYSTEM_FILE: secret }],
  ])('%s', (_name, text, env) => {
    expect(loadConfig({ files: [file(text)], env }).secrets.system).toEqual(['from-a-file']);
  });

  test('the environment wins over them', () => {
    const env = { SECRETS_SYSTEM: 'from-the-environment' };
    expect(loadConfig({ files: [file(`secrets: {system_file: ${secret}}`)], env }).secrets.system).toEqual([
      'from-the-environment',
    ]);
  });

  test('a missing one is named, and one for a setting that is no secret is not a setting', () => {
    expect(refusal('dsn_file: /nowhere/at/all')).toMatch(/^dsn_file: ENOENT/);
    expect(refusal(`urls: {login_file: ${secret}}`)).toContain('urls.login_file is not a setting');
  });
});

describe('headers for the identity provider', () => {
  const pairs = [
    ['Authorization', 'Bearer x'],
    ['X_Team', 'a'],
  ];
  const json = JSON.stringify(Object.fromEntries(pairs));

  test.each<[string, string, Record<string, string>]>([
    ['in the file', `urls: {identity_provider: {headers: ${json}}}`, {}],
    ['in the environment', '', { URLS_IDENTITY_PROVIDER_HEADERS: json }],
  ])('%s, their names as they are', (_name, text, env) => {
    expect(loadConfig({ files: [file(text)], env }).urls.identityProvider.headers).toEqual(pairs);
  });

  test.each([{ 'no name': 'x' }, { name: 'two\r\nlines' }, 'text', ['a']])('%j are none', (headers) => {
    expect(refusal(`urls: {identity_provider: {headers: ${JSON.stringify(headers)}}}`)).toContain('headers');
  });
});

describe('what is refused', () => {
  test.each<[string, string, string]>([
    [
      'an unknown setting',
      'log:\n  level: info\nserve:\n  public:\n    prot: 1\n',
      'FILE:5: serve.public.prot is not a setting; did you mean serve.public.port?',
    ],
    [
      'an unknown section',
      'dev: true\nurl:\n  self: {issuer: "https://a.test"}\n',
      'FILE:2: url is not a setting; did you mean urls?',
    ],
    ['what nobody could mean', 'favourite_colour: blue\n', 'FILE:1: favourite_colour is not a setting'],
    [
      'a word for a number',
      'serve: {public: {port: many}}',
      'FILE:1: serve.public.port: Invalid input: expected number, received string (environment: SERVE_PUBLIC_PORT)',
    ],
    [
      'a port that is none',
      'serve: {public: {port: 70000}}',
      'FILE:1: serve.public.port: Too big: expected number to be <=65535 (environment: SERVE_PUBLIC_PORT)',
    ],
    ['a value for a section', 'serve: yes\n', 'FILE:1: serve: Invalid input: expected object, received string'],
    [
      'a section for a value',
      'dsn: {host: db}\n',
      'FILE:1: dsn: Invalid input: expected string, received object (environment: DSN)',
    ],
    [
      'an entry of the wrong kind',
      'secrets:\n  system:\n    - fine\n    - 42\n',
      'FILE:4: secrets.system.1: Invalid input: expected string, received number (environment: SECRETS_SYSTEM)',
    ],
    [
      'an unknown word',
      'log: {level: chatty}',
      'FILE:1: log.level: Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"fatal" (environment: LOG_LEVEL)',
    ],
    [
      'an address without a scheme',
      'urls: {login: login.test}',
      'FILE:1: urls.login: must be an absolute http or https URL (environment: URLS_LOGIN)',
    ],
    [
      'a flag that is none',
      'dev: maybe',
      'FILE:1: dev: Invalid input: expected boolean, received string (environment: DEV)',
    ],
    [
      'another database',
      'dsn: mysql://root:canary@db/hydra',
      'FILE:1: dsn: must be a postgres:// URL (environment: DSN)',
    ],
    ['no database', 'dsn: memory', 'FILE:1: dsn: must be a postgres:// URL (environment: DSN)'],
    ['a setting said twice', 'dev: true\ndev: false\n', 'FILE:2: Map keys must be unique'],
    ['a list of settings', '- dev\n', 'FILE: must hold settings, one `name: value` a line'],
    ['a word', 'hello\n', 'FILE: must hold settings, one `name: value` a line'],
  ])('%s', (_name, text, expected) => {
    expect(refusal(text).split(' at line ')[0]).toBe(expected);
  });

  test('the environment, by its name', () => {
    expect(refusal('', { SERVE_PUBLIC_PORT: 'many' })).toBe(
      'serve.public.port: Invalid input: expected number, received string (environment: SERVE_PUBLIC_PORT)',
    );
  });

  test('a file that cannot be read', () => {
    expect(() => loadConfig({ files: ['/nowhere/cardea.yaml'] })).toThrow(
      /^\/nowhere\/cardea.yaml: cannot be read \(ENOENT/,
    );
  });

  test('the line is that of the file which says it', () => {
    const names = [file('dev: true\n\nlog: {level: chatty}\n'), file('dev: true\n')];
    expect(() => loadConfig({ files: names })).toThrow(`${String(names[0])}:3: log.level`);
  });

  test('several at once, but not a wall of them', () => {
    const text = Array.from({ length: 9 }, (_, index) => `strange_${String(index)}: 1`).join('\n');
    expect(refusal(text).split('\n')).toHaveLength(5);
  });

  test('without repeating a value, which may be a secret', () => {
    const text =
      'dsn: mysql://canary\nsecrets: {system: {canary: canary2}}\nhsm: {pin: [canary]}\nredis: {url: canary}\n';
    expect(refusal(text)).not.toContain('canary');
  });

  test('what a service cannot do without', () => {
    expect(() => required(undefined, 'urls.self.issuer')).toThrow(
      'urls.self.issuer is not set: put it into the configuration file or set URLS_SELF_ISSUER',
    );
    expect(() => required([], 'secrets.system')).toThrow('SECRETS_SYSTEM');
    expect(required('there', 'dsn')).toBe('there');
  });
});

describe('durations', () => {
  const accessToken = (value: string) => loadConfig({ files: [file(`ttl: {access_token: ${value}}`)] }).ttl.accessToken;

  test.each([
    ['1h', 3_600_000],
    ['1h5m1s', 3_901_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['0s', 0],
  ])('%s is %d ms', (text, millis) => {
    expect(accessToken(text)).toBe(millis);
  });

  test.each(['3600', '1 hour', '"-5m"', '1d', '-1', '""', 'true'])('%s is refused', (text) => {
    expect(() => accessToken(text)).toThrow('must be a duration such as 30s, 10m or 1h30m');
  });

  test('only refresh tokens may have no end', () => {
    expect(loadConfig({ files: [file('ttl: {refresh_token: -1}')] }).ttl.refreshToken).toBe(-1);
    expect(loadConfig({ env: { TTL_REFRESH_TOKEN: '-1' } }).ttl.refreshToken).toBe(-1);
    expect(() => loadConfig({ env: { TTL_ID_TOKEN: '-1' } })).toThrow('ttl.id_token: must be a duration');
  });
});

describe('settings that only Hydra has', () => {
  function warnings(text: string, env: Record<string, string> = {}): string[] {
    const said: string[] = [];
    const name = file(text);
    loadConfig({ files: [name], env, warn: (message) => said.push(message.replaceAll(name, 'FILE')) });
    return said;
  }

  test('those without consequence are named once and ignored', () => {
    const text = [
      'version: v26.2.0',
      'serve:',
      '  tls: {enabled: false, cert: {path: /x}}',
      '  public: {port: 1, cors: {enabled: false}, request_log: {disable_for_health: true}}',
      '  cookies: {same_site_legacy_workaround: true}',
      'secrets:',
      '  system: [one]',
      '  cookie: [two]',
      'log: {level: debug, format: json, leak_sensitive_values: false}',
      'oidc: {subject_identifiers: {supported_types: [public]}, dynamic_client_registration: {enabled: false}}',
      'oauth2: {hashers: {algorithm: bcrypt}, expose_internal_errors: false}',
      'tracing: {provider: otel, providers: {zipkin: {server_url: http://z}}}',
      'sqa: {opt_out: true}',
    ].join('\n');
    expect(warnings(text).map((line) => line.split(' is a setting of Hydra and ignored: ')[0])).toEqual([
      'FILE:8: secrets.cookie',
      'FILE:9: log.format',
      'FILE:12: tracing.providers.zipkin',
      'FILE:1: version',
      'FILE:13: sqa',
    ]);
    expect(loadConfig({ files: [file(text)] })).toMatchObject({
      serve: { public: { port: 1 } },
      secrets: { system: ['one'] },
      log: { level: 'debug' },
    });
  });

  test.each<[string, string]>([
    [
      'log: {leak_sensitive_values: true}',
      'FILE:1: log.leak_sensitive_values is a setting of Hydra that is not supported: logs are JSON lines',
    ],
  ])('%s would change what happens, so it refuses to start', (text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  test('clients register themselves where it is allowed, with tokens that cannot be guessed', () => {
    const text = (rest: string) => `oidc: {dynamic_client_registration: {enabled: true${rest}}}`;
    expect(loadConfig({ files: [file(text(''))] }).oidc.dynamicClientRegistration).toEqual({
      enabled: true,
      defaultScope: undefined,
      initialAccessToken: [],
      allowedGrantTypes: undefined,
    });
    expect(refusal(text(', initial_access_token: [short]'))).toContain('must have at least 16 characters');
  });

  test('asking for what we do without is passed over with a word', () => {
    expect(warnings('oauth2: {expose_internal_errors: true}')).toEqual([
      expect.stringContaining('FILE:1: oauth2.expose_internal_errors is a setting of Hydra and ignored'),
    ]);
  });

  test('a hook is an address, alone or with the key we show there', () => {
    const read = (text: string) => loadConfig({ files: [file(text)] }).oauth2.tokenHook;
    expect(read('oauth2: {token_hook: "https://hook.test/x"}')).toMatchObject({ url: 'https://hook.test/x' });
    const auth = '{type: api_key, config: {in: cookie, name: k, value: v}}';
    expect(read(`oauth2: {token_hook: {url: "https://hook.test", auth: ${auth}}}`)).toEqual({
      url: 'https://hook.test',
      auth: { type: 'api_key', config: { in: 'cookie', name: 'k', value: 'v' } },
    });
    expect(refusal('oauth2: {token_hook: "ftp://hook.test"}')).toContain('must be an absolute http or https URL');
    expect(read('oauth2: {token_hook: ""}')).toBeUndefined();
  });

  test('pairwise subjects need a salt', () => {
    const text = (rest: string) => `oidc: {subject_identifiers: {supported_types: [public, pairwise]${rest}}}`;
    expect(refusal(text(''))).toContain('pairwise subjects need oidc.subject_identifiers.pairwise.salt');
    expect(refusal(text(', pairwise: {salt: short}'))).toContain('oidc.subject_identifiers.pairwise.salt');
    expect(refusal('oidc: {subject_identifiers: {supported_types: [private]}}')).toContain('must list public');
    const { oidc } = loadConfig({ files: [file(text(', pairwise: {salt: long-enough}'))] });
    expect(oidc.subjectIdentifiers).toEqual({
      supportedTypes: ['public', 'pairwise'],
      pairwise: { salt: 'long-enough' },
    });
  });

  test('fapi2 says that it cannot be kept yet', () => {
    expect(refusal('profile: fapi2')).toContain('FILE:1: profile: fapi2 cannot be kept yet');
  });

  test('cookies have other names in development, in hydra-compat only', () => {
    const names = (env: Record<string, string>) => loadConfig({ env }).serve.cookies.names;
    const compat = { PROFILE: 'hydra-compat', DEV: 'true', SERVE_COOKIES_NAMES_SESSION: 'mine' };
    expect(names(compat)).toEqual({
      session: 'mine_dev',
      loginCsrf: 'ory_hydra_login_csrf_dev',
      consentCsrf: 'ory_hydra_consent_csrf_dev',
      deviceCsrf: 'ory_hydra_device_csrf_dev',
    });
    expect(names({ ...compat, DEV: 'false' }).session).toBe('mine');
    expect(names({ ...compat, PROFILE: 'standard' }).session).toBe('mine');
  });

  test('methods of the admin API are whole or refused', () => {
    const of = (text: string) => `serve: {admin: {authentication: {${text}}}}`;
    expect(refusal(of('api_keys: [{name: a, hash: plain, roles: [operator]}]'))).toContain('cardea admin-key create');
    expect(refusal(of(`api_keys: [{name: a, hash: "sha256:${'0'.repeat(64)}", roles: [root]}]`))).toContain(
      'must be among',
    );
    expect(refusal(of('mtls: {ca_file: /x}'))).toContain('needs ca_file and names together');
    expect(refusal(of('jwt: {issuer: "https://k8s.test"}'))).toContain('needs issuer, audience, subjects');
    expect(refusal('serve: {cookies: {paths: {session: "a;b"}}}')).toContain('must be a path');
  });

  test('in the environment too, and quietly where nothing changes', () => {
    expect(refusal('', { LOG_LEAK_SENSITIVE_VALUES: 'true' })).toContain('environment LOG_LEAK_SENSITIVE_VALUES: ');
    expect(warnings('', { OAUTH2_EXPOSE_INTERNAL_ERRORS: 'true', SECRETS_COOKIE: 'x', VERSION: 'v1' })).toEqual([]);
  });
});
