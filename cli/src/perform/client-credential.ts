// Who a client is and how it proves that: flags, Hydra's environment variables, HTTP Basic or the form (RFC 6749 §2.3.1).
import type { Command } from 'commander';
import { Option } from 'commander';
import { readOrFail } from '../api/endpoint.js';
import type { Sent } from '../api/request.js';
import { Failure } from '../failure.js';

type Method = 'client_secret_basic' | 'client_secret_post';

export interface ClientOptions {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly clientSecretFile?: string;
  readonly tokenEndpointAuthMethod: Method;
}

/** A client that can speak for itself. */
export interface Credential {
  readonly id: string;
  /** Empty for a public client. */
  readonly secret: string;
  readonly method: Method;
}

export function withClientCredentials(command: Command): Command {
  return command
    .option('--client-id <id>', 'id of the client (environment: OAUTH2_CLIENT_ID)')
    .option('--client-secret <secret>', 'its secret (environment: OAUTH2_CLIENT_SECRET); a public client has none')
    .option('--client-secret-file <file>', 'file that holds its secret')
    .addOption(
      new Option('--token-endpoint-auth-method <method>', 'how it proves itself')
        .choices(['client_secret_basic', 'client_secret_post'])
        .default('client_secret_basic'),
    );
}

/** @throws {Failure} when nobody said which client */
export function clientOf(options: ClientOptions, env: Readonly<Record<string, string | undefined>>): Credential {
  const id = options.clientId ?? env['OAUTH2_CLIENT_ID'] ?? '';
  if (id === '') throw new Failure('which client? Give --client-id, or set OAUTH2_CLIENT_ID');
  const file = options.clientSecretFile;
  const secret = file === undefined ? options.clientSecret : readOrFail(file).toString('utf8').trim();
  return { id, secret: secret ?? env['OAUTH2_CLIENT_SECRET'] ?? '', method: options.tokenEndpointAuthMethod };
}

/** A form with the client's credentials, wherever they belong. */
export function basicOrForm(
  { id, secret, method }: Credential,
  form: Readonly<Record<string, string | undefined>>,
): Sent {
  if (secret === '') return { form: { ...form, client_id: id } };
  if (method === 'client_secret_post') return { form: { ...form, client_id: id, client_secret: secret } };
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  const basic = Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64');
  return { form, headers: { authorization: `Basic ${basic}` } };
}
