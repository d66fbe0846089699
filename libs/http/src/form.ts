// Reads forms and queries into ordered lists of parameters, decoded strictly and exactly once (RFC 6749 §3.1, §3.2 and
// appendix B; security catalogue A02, A03, A05, A16, A18).
import { OAuthError } from '@cardea/oauth';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { formLimit, readBody } from './body.js';
import type { FormParameter, RequestContext } from './context.js';
import { contextOf } from './context.js';

const mostParameters = 1_000;

const refuse = (why: string) => new OAuthError('invalid_request', why);

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    // Throws for bad percent-encoding, and for bytes that are not shortest-form UTF-8.
    return decodeURIComponent(spaced);
  } catch {
    throw refuse('A parameter has bad percent-encoding.');
  }
}

/**
 * Decodes `application/x-www-form-urlencoded` text; duplicates stay, in order.
 *
 * @throws {OAuthError} invalid_request
 */
export function parseParameters(text: string): FormParameter[] {
  const parameters: FormParameter[] = [];
  if (text === '') return parameters;
  for (const part of text.split('&')) {
    if (part === '') continue;
    if (parameters.length === mostParameters) throw refuse(`There are more than ${String(mostParameters)} parameters.`);
    const equals = part.indexOf('=');
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    const value = equals === -1 ? '' : decode(part.slice(equals + 1));
    if (name.includes('\0') || value.includes('\0')) throw refuse('A parameter has a NUL character in it.');
    parameters.push({ name, value });
  }
  return parameters;
}

/** The query of a request, as `parseParameters` reads it. */
export function readQuery(request: IncomingMessage): FormParameter[] {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  return mark === -1 ? [] : parseParameters(url.slice(mark + 1));
}

const formType = /^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?;?$/i;

/** Whether a request says that its body is a form. */
export function hasForm(request: IncomingMessage): boolean {
  return formType.test(request.headers['content-type'] ?? '');
}

/**
 * Reads the form of a request, once; whoever asks again gets the same.
 *
 * @throws {OAuthError} invalid_request for another content type or charset, bad encoding, nested names;
 *   request_too_large
 */
export function readForm(request: IncomingMessage, limit = formLimit): Promise<readonly FormParameter[]> {
  const context = contextOf(request);
  return (context.formRead ??= formOf(request, context, limit));
}

async function formOf(
  request: IncomingMessage,
  context: RequestContext,
  limit: number,
): Promise<readonly FormParameter[]> {
  if (!hasForm(request)) {
    request.resume();
    throw refuse('The request must be a form: application/x-www-form-urlencoded in UTF-8.');
  }
  const body = await readBody(request, limit);
  if (!isUtf8(body)) throw refuse('The form is not UTF-8.');
  const parameters = parseParameters(body.toString('utf8'));
  for (const { name } of parameters) {
    // Other parsers build objects out of such names. No OAuth parameter has one.
    if (name.includes('[') || name.includes(']') || name === '__proto__')
      throw refuse('A parameter has a nested name.');
  }
  context.form = parameters;
  return parameters;
}

/**
 * Checks that each name comes once.
 *
 * @param repeatable names that may come more often
 * @throws {OAuthError} invalid_request
 */
export function uniqueForm(
  parameters: readonly FormParameter[],
  repeatable: readonly string[] = [],
): readonly FormParameter[] {
  const seen = new Set<string>();
  for (const { name } of parameters) {
    if (seen.has(name) && !repeatable.includes(name)) {
      throw refuse(`The parameter '${name.replace(/[^\w.-]/g, '?').slice(0, 40)}' is repeated.`);
    }
    seen.add(name);
  }
  return parameters;
}

/** The value of a parameter that `uniqueForm` has seen; undefined when absent. */
export function valueOf(parameters: readonly FormParameter[], name: string): string | undefined {
  return parameters.find((parameter) => parameter.name === name)?.value;
}
