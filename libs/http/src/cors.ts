// Cross-origin browsers: who may read which answers (Fetch §3.2; hydra-wire §10.7, security catalogue S12). Nothing here
// costs a request that has no Origin header.
import { originRule } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasForm, readForm, valueOf } from './form.js';
import { sendEmpty } from './send.js';

type Settings = Config['serve']['public']['cors'];

/** Whose request it seems to be; all absent for a preflight, which does not say. */
export interface ClaimedClient {
  readonly clientId?: string;
  readonly accessToken?: string;
}

export interface CorsOptions {
  readonly settings: Settings;
  /** Whether a client, or with no client any of them, allows an origin; undefined where clients have no say. */
  readonly allowedByClient?: (origin: string, client: ClaimedClient) => Promise<boolean>;
}

export interface Cors {
  /** Whether even answers to requests without an origin say that others would be answered otherwise. */
  readonly varies: boolean;
  /** Whether the installation itself names an origin; not those it lets in with everyone. */
  lists(origin: string): boolean;
  /**
   * Puts headers on the answer, or answers a preflight.
   *
   * @param clientsHaveSay whether this path asks the client
   * @param next goes on with the request
   */
  handle(request: IncomingMessage, response: ServerResponse, clientsHaveSay: boolean, next: () => void): void;
}

const preflightVary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
/** A preflight that only a client's list allows is not kept for long: the list may change. */
const clientMaxAgeSeconds = 60;

/** @returns undefined when no origin but our own has anything to do here */
export function createCors({ settings, allowedByClient }: CorsOptions): Cors | undefined {
  const { enabled = false, allowedMethods, exposedHeaders, allowCredentials, maxAge, optionsPassthrough } = settings;
  if (!enabled && allowedByClient === undefined) return undefined;
  // As Hydra has it, an empty list is open to everyone.
  const patterns = !enabled ? [] : settings.allowedOrigins.length === 0 ? ['*'] : settings.allowedOrigins;
  const rule = originRule(patterns, { wildcard: 'labels' });
  const methods = new Set(allowedMethods.map((method) => method.toUpperCase()));
  const anyHeader = settings.allowedHeaders.includes('*');
  const headers = new Set(settings.allowedHeaders.map((name) => name.toLowerCase()));
  const exposed = exposedHeaders.join(', ');

  /** Headers that open an answer; credentials never together with an origin that nobody named. */
  const open = (response: ServerResponse, origin: string, how: 'listed' | 'anyone'): void => {
    response.setHeader('Access-Control-Allow-Origin', how === 'anyone' ? '*' : origin);
    if (how === 'listed' && allowCredentials) response.setHeader('Access-Control-Allow-Credentials', 'true');
  };
  const answer = (response: ServerResponse, origin: string, how: 'listed' | 'anyone'): void => {
    open(response, origin, how);
    if (exposed !== '') response.setHeader('Access-Control-Expose-Headers', exposed);
  };

  const preflight = (
    request: IncomingMessage,
    response: ServerResponse,
    origin: string,
    verdict: 'listed' | 'anyone' | 'refused',
    age: number,
  ): void => {
    response.setHeader('Vary', preflightVary);
    const method = String(request.headers['access-control-request-method']);
    const asked = namesIn(request.headers['access-control-request-headers']);
    const fits = methods.has(method) && (anyHeader || asked.every((name) => headers.has(name)));
    if (verdict === 'refused' || !fits) return;
    open(response, origin, verdict);
    response.setHeader('Access-Control-Allow-Methods', method);
    if (asked.length > 0) response.setHeader('Access-Control-Allow-Headers', asked.join(', '));
    if (age > 0) response.setHeader('Access-Control-Max-Age', age);
  };

  return {
    varies: enabled,
    lists: (origin) => rule.of(origin) === 'listed',
    handle(request, response, clientsHaveSay, next) {
      const { origin } = request.headers;
      // Said even to those that sent none: a cache must not give them what it kept for somebody else.
      if (enabled) response.setHeader('Vary', 'Origin');
      if (origin === undefined) return next();
      const verdict = rule.of(origin);
      const isPreflight =
        request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
      const ask = verdict === 'refused' && clientsHaveSay ? allowedByClient : undefined;
      const finish = (allowed: boolean): void => {
        const final = verdict === 'refused' && allowed ? 'listed' : verdict;
        if (isPreflight) {
          preflight(request, response, origin, final, verdict === 'refused' ? clientMaxAgeSeconds : maxAge);
          return optionsPassthrough ? next() : sendEmpty(response, 204);
        }
        if (final !== 'refused') answer(response, origin, final);
        next();
      };
      if (ask === undefined) return isPreflight && !enabled && !clientsHaveSay ? next() : finish(false);
      response.setHeader('Vary', 'Origin');
      const asked = isPreflight
        ? ask(origin, {})
        : claimedClient(request).then((client) => (client === undefined ? false : ask(origin, client)));
      // Who cannot be asked has not allowed anything.
      asked.then(finish, () => finish(false));
    },
  };
}

const namesIn = (header: string | string[] | undefined) =>
  String(header ?? '')
    .slice(0, 1_000)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name));

/** Believed for nothing else than whose list of origins counts. Undefined when the request names nobody. */
async function claimedClient(request: IncomingMessage): Promise<ClaimedClient | undefined> {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ', 2);
  if (/^bearer$/i.test(scheme)) return named('', credentials);
  if (/^basic$/i.test(scheme)) {
    const user = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? '';
    return named(decodeURIComponent(user.replaceAll('+', ' ')), '');
  }
  // Another body is left for the handler, which may not find it again.
  if (request.method !== 'POST' || !hasForm(request)) return undefined;
  const form = await readForm(request);
  return named(valueOf(form, 'client_id') ?? '', valueOf(form, 'access_token') ?? '');
}

function named(clientId: string, accessToken: string): ClaimedClient | undefined {
  if (accessToken !== '') return { accessToken };
  return clientId === '' ? undefined : { clientId };
}
