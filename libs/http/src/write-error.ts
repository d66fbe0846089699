// The one place that writes an error to HTTP: a JSON object with `error` and `error_description`, and the id of the log line
// that holds the cause, in it or, where the body is Hydra's, in a header (RFC 6749 §5.2, ARCHITECTURE §7).
import { OAuthError } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { contextOf } from './context.js';
import { caching, errorIdHeader, noStore } from './manner.js';
import { oauthJson, sendBytes } from './send.js';

/** How an error looks in JSON, before `error_id` is added. */
export type ErrorBody = (error: OAuthError, path: string) => Record<string, unknown>;

/** `error` and `error_description` as RFC 6749 has them. */
export const oauthErrorBody: ErrorBody = (error) => ({ error: error.code, error_description: error.description });

/**
 * Turns anything caught into an OAuthError that has an id, and logs what only we know about it.
 *
 * An error from a service behind us brings the id under which that service logged it.
 */
export function identifyError(caught: unknown, request: IncomingMessage, log: Log): OAuthError & { errorId: string } {
  const error = asOAuthError(caught);
  const context = contextOf(request);
  if (error.cause !== undefined && error.errorId === undefined) {
    const { cause: thrown } = error;
    const cause = thrown instanceof Error ? (thrown.stack ?? thrown.message) : typeof thrown === 'string' ? thrown : '';
    const fields = { error_id: context.requestId, error: error.code, path: context.path, cause };
    if (error.status >= 500 && error.code !== 'temporarily_unavailable') log.error(fields, 'a request failed');
    else log.warn(fields, 'a request could not be served');
  }
  error.errorId ??= context.requestId;
  context.error = error.code;
  context.errorId = error.errorId;
  return error as OAuthError & { errorId: string };
}

function asOAuthError(caught: unknown): OAuthError {
  // Express reports a path that cannot be decoded as an error of its own making.
  if (
    caught instanceof URIError ||
    (caught instanceof Error && 'status' in caught && caught.status === 400 && !(caught instanceof OAuthError))
  ) {
    return new OAuthError('invalid_request', 'The path has bad percent-encoding.');
  }
  return OAuthError.from(caught);
}

/** Writes errors as JSON. */
export type WriteError = (
  caught: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  headers?: OutgoingHttpHeaders,
) => void;

/** @param options.atOAuthEndpoint whether the endpoint that failed is one of RFC 6749's, whose errors have its form */
export function createErrorWriter(options: {
  readonly log: Log;
  readonly body?: ErrorBody;
  readonly atOAuthEndpoint: (request: IncomingMessage) => boolean;
}): WriteError {
  const { log, body = oauthErrorBody, atOAuthEndpoint } = options;
  return (caught, request, response, headers = {}) => {
    const error = identifyError(caught, request, log);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { path, manner } = contextOf(request);
    const said = body(error, path);
    const document = manner === 'oauth' ? { ...said, error_id: error.errorId } : said;
    const oauth = atOAuthEndpoint(request);
    const all: OutgoingHttpHeaders = oauth
      ? { ...noStore, 'Content-Type': oauthJson }
      : { ...caching(request), 'Content-Type': 'application/json' };
    if (manner === 'hydra') all[errorIdHeader] = error.errorId;
    if (error.retryAfterSeconds !== undefined) all['Retry-After'] = error.retryAfterSeconds;
    if (
      error.status === 401 &&
      /^basic /i.test(request.headers.authorization ?? '') &&
      !response.hasHeader('WWW-Authenticate')
    ) {
      // RFC 6749 §5.2: answer in the scheme the client tried.
      all['WWW-Authenticate'] = 'Basic realm="cardea", charset="UTF-8"';
    }
    // Hydra ends with a newline what it does not call OAuth JSON.
    const end = oauth ? '' : '\n';
    sendBytes(response, error.status, { ...all, ...headers }, Buffer.from(JSON.stringify(document) + end));
  };
}
