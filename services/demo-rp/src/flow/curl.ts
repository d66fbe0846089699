// Writes a request as the curl command that repeats it, with a shell variable in place of each secret.
import { isSecretName } from './mask.js';

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The fields of a form; undefined when there was no body. */
  readonly form: readonly (readonly [string, string])[] | undefined;
}

const quote = (text: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;

const variable = (name: string): string => `$${name.toUpperCase()}`;

/** @param names which variable holds a field's secret, where it is not the field's own name in capitals */
export function curlOf(request: SentRequest, names: Readonly<Record<string, string>> = {}): string {
  const authorization = request.headers['authorization'] ?? '';
  const lines = [`curl -s ${quote(request.url)}`];
  if (/^basic /i.test(authorization)) lines.push(`-u "$CLIENT_ID:$CLIENT_SECRET"`);
  if (/^bearer /i.test(authorization)) lines.push(`-H "Authorization: Bearer $ACCESS_TOKEN"`);
  for (const [name, value] of request.form ?? []) {
    const field = isSecretName(name) ? `"${name}=${names[name] ?? variable(name)}"` : quote(`${name}=${value}`);
    lines.push(`--data-urlencode ${field}`);
  }
  if (request.method !== 'GET' && request.form === undefined) lines.push(`-X ${request.method}`);
  return lines.join(' \\\n  ');
}
