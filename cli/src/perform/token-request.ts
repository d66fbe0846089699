// One call of the token endpoint as a client (RFC 6749 §3.2).
import type { Api } from '../api/client.js';
import { saidBy } from '../api/client.js';
import type { Answer } from '../api/request.js';
import { exitCodes, Failure } from '../failure.js';
import type { Credential } from './client-credential.js';
import { basicOrForm } from './client-credential.js';
import type { Tokens } from './show-tokens.js';

export const tokenPath = '/oauth2/token';

/** @throws {Failure} with what the server said, and the likely mistake for what people get wrong most */
export async function requestTokens(
  api: Api,
  client: Credential,
  form: Readonly<Record<string, string | undefined>>,
): Promise<Tokens> {
  return tokensOf(await api.raw('POST', tokenPath, basicOrForm(client, form)));
}

export function tokensOf(answer: Answer): Tokens {
  if (answer.status !== 200) throw refusedBy(answer);
  const tokens = parsed(answer);
  if (typeof tokens.access_token === 'string') return tokens as Tokens;
  throw new Failure('the token endpoint answered 200 without an access token: is it one?');
}

/** The `error` of an answer, if it has one. */
export function errorOf(answer: Answer): string {
  const error = parsed(answer)['error'];
  return typeof error === 'string' ? error : '';
}

function parsed({ text }: Answer): Partial<Tokens> & Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Partial<Tokens> & Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const hints: Readonly<Record<string, string>> = {
  invalid_client: 'check --client-id and --client-secret, and --token-endpoint-auth-method',
  unauthorized_client: 'the client needs the grant type: `cardea update client … --grant-type …`',
  invalid_scope: 'the client needs the scope: `cardea update client … --scope …`',
};

export function refusedBy(answer: Answer): Failure {
  if (answer.status === 404) {
    return new Failure('there is no such endpoint: is --endpoint the public API (port 4444)?', exitCodes.notFound);
  }
  const hint = hints[errorOf(answer)];
  const code = answer.status === 401 ? exitCodes.unauthorized : answer.status >= 500 ? exitCodes.unavailable : 1;
  return new Failure(`${saidBy(answer)}${hint === undefined ? '' : `: ${hint}`}`, code);
}
