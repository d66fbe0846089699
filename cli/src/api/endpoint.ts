// Where the two HTTP APIs are and what proves who we are: flags, then Hydra's and our own environment variables.
import { readFileSync } from 'node:fs';
import { Failure } from '../failure.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What every command that talks to an API is told by its flags. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  readonly httpHeader?: readonly string[];
  readonly skipTlsVerify?: boolean;
  readonly caFile?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly adminKey?: string;
  readonly adminKeyFile?: string;
}

export interface Connection {
  readonly url: URL;
  /** What it is called in sentences, without a slash at its end. */
  readonly name: string;
  /** With it, the URL is only for the `Host` header. */
  readonly socketPath?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: {
    readonly rejectUnauthorized: boolean;
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
  };
}

const places = {
  admin: { env: 'CARDEA_ADMIN_URL', fallback: 'http://127.0.0.1:4445' },
  public: { env: 'CARDEA_PUBLIC_URL', fallback: 'http://127.0.0.1:4444' },
} as const;

export type ApiName = keyof typeof places;

/** @throws {Failure} for what is no URL, no header, or a file that cannot be read */
export function connectionTo(api: ApiName, options: ConnectionOptions, env: Environment): Connection {
  const { env: own, fallback } = places[api];
  const headers: Record<string, string> = {};
  for (const header of options.httpHeader ?? []) {
    const [, name = '', value = ''] = /^([^:\s]+):\s*(.*)$/.exec(header) ?? [];
    if (name === '') throw new Failure(`--http-header wants \`Name: value\`, not ${JSON.stringify(header)}`);
    headers[name.toLowerCase()] = value;
  }
  // The public API knows nothing of the admin credential, and is not to see it.
  const key = api === 'admin' ? adminKey(options, env) : undefined;
  if (key !== undefined) headers['authorization'] ??= `Bearer ${key}`;
  return {
    ...placeOf(options.endpoint ?? given(env[own]) ?? given(env['ORY_SDK_URL']) ?? fallback),
    headers,
    tls: {
      rejectUnauthorized: options.skipTlsVerify !== true,
      ...fileOf('ca', options.caFile),
      ...fileOf('cert', options.clientCert),
      ...fileOf('key', options.clientKey),
    },
  };
}

/** An empty variable says nothing. */
const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

function adminKey(options: ConnectionOptions, env: Environment): string | undefined {
  const file = options.adminKeyFile ?? given(env['CARDEA_ADMIN_KEY_FILE']);
  if (options.adminKey !== undefined) return options.adminKey;
  if (options.adminKeyFile === undefined && given(env['CARDEA_ADMIN_KEY']) !== undefined)
    return env['CARDEA_ADMIN_KEY'];
  if (file === undefined) return undefined;
  const key = readOrFail(file).toString('utf8').trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new Failure(`${file} holds no admin key: it should be one line such as cardea_ak_…`);
}

/** `unix:/path`, as listeners are configured, or a URL. */
function placeOf(text: string): Pick<Connection, 'url' | 'name' | 'socketPath'> {
  const socketPath = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (socketPath !== undefined) return { url: new URL('http://localhost'), name: `unix:${socketPath}`, socketPath };
  const url = urlOf(text);
  return { url, name: url.href.replace(/\/$/, '') };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Failure(`${JSON.stringify(text)} is no endpoint: give a URL such as http://127.0.0.1:4445`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure('an endpoint has no user and password: give a credential with CARDEA_ADMIN_KEY or --http-header');
  }
  return url;
}

const fileOf = (name: 'ca' | 'cert' | 'key', file: string | undefined) =>
  file === undefined ? {} : { [name]: readOrFail(file) };

/** @throws {Failure} naming the file and why */
export function readOrFail(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const why: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'it may not be read by this user',
      EISDIR: 'it is a directory',
    };
    throw new Failure(`${file}: cannot be read: ${why[code] ?? code}`, undefined, { cause });
  }
}
