// An express app and its server, from a table of routes: what every request goes through, once, and nothing more.
import { OAuthError } from '@cardea/oauth';
import type { Host } from '@cardea/service';
import type { Express, NextFunction, Request, Response } from 'express';
import express from 'express';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { openContext } from './context.js';
import type { Cors } from './cors.js';
import { lookAtFirstByte } from './first-byte.js';
import { bornWithPrototypes } from './native-prototypes.js';
import type { Manner } from './manner.js';
import { sendNotFound } from './not-found.js';
import { createObserver } from './observe.js';
import { sendEmpty } from './send.js';
import type { ListenerTls } from './tls.js';
import type { ErrorBody, WriteError } from './write-error.js';
import { createErrorWriter, identifyError } from './write-error.js';

export type Handler = (request: Request, response: Response) => Promise<void> | void;

/** One path and what it does. A GET answers HEAD as well. */
export interface Route {
  /** As express 5 spells it, `/clients/:id`. */
  readonly path: string;
  readonly get?: Handler;
  readonly post?: Handler;
  readonly put?: Handler;
  readonly patch?: Handler;
  readonly delete?: Handler;
  readonly options?: Handler;
  /** Successes are counted, not logged. */
  readonly quiet?: true;
  /**
   * Which pages of other origins may read its answers: those its client lists too, or all of them, which the route says
   * itself. By default those the installation lists.
   */
  readonly cors?: 'clients' | 'everyone';
  /** An endpoint of RFC 6749 or its kin: its errors look and are kept from caches as §5.2 says. */
  readonly oauth?: true;
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'options'] as const;

export interface AppOptions {
  /** In the order they are tried: put the hot ones first. */
  readonly routes: readonly Route[];
  /** In Hydra's, a method that a known path does not have is not found; the RFCs say 405. */
  readonly manner: Manner;
  /** Put before every path that does not begin with it. */
  readonly prefix?: string;
  /** Refuses a request before it is routed, by throwing. What it need not wait for, it says at once. */
  readonly admit?: (request: Request) => Promise<void> | void;
  readonly errorBody?: ErrorBody;
  readonly cors?: Cors | undefined;
  /** Speaks TLS instead of plain HTTP. */
  readonly tls?: (ListenerTls & { readonly asksForCertificates?: Buffer }) | undefined;
}

export interface App {
  readonly server: Server;
  readonly express: Express;
  readonly writeError: WriteError;
}

/** Answers an error in JSON, or says on a page that there is nothing. */
function answerErrors(host: Pick<Host, 'log'>, writeError: WriteError) {
  return (caught: unknown, request: Request, response: Response): void => {
    if (caught instanceof NothingHere) {
      if (sendNotFound(request, response, identifyError(caught, request, host.log))) return;
    }
    writeError(caught, request, response);
  };
}

/** No route, as opposed to a route that did not find what it was asked for. */
class NothingHere extends OAuthError {
  constructor(description: string) {
    super('not_found', description);
  }
}

function createListener(app: Express, host: Pick<Host, 'log'>, tls: AppOptions['tls']): Server {
  // Slow senders are looked for every second: Node's half minute would be added to each of their deadlines.
  const prototypes = { ...bornWithPrototypes(app), connectionsCheckingInterval: 1_000 };
  if (tls === undefined) return createServer(prototypes);
  const { asksForCertificates: ca } = tls;
  // Whoever has no certificate may still have another proof: what was shown is judged by whoever asked for it.
  const certificates = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false };
  const server = createTlsServer({ ...tls.options, ...certificates, ...prototypes });
  lookAtFirstByte(server);
  server.once('close', tls.renew(server, host.log));
  return server;
}

export function createApp(host: Pick<Host, 'log' | 'metrics' | 'tracing' | 'random'>, options: AppOptions): App {
  const oauth = new Set(options.routes.filter((route) => route.oauth === true).map(({ path }) => path));
  const writeError = createErrorWriter({
    log: host.log,
    ...(options.errorBody === undefined ? {} : { body: options.errorBody }),
    atOAuthEndpoint: (request) => oauth.has(routeOf(request) ?? ''),
  });
  const app = express();
  for (const setting of ['etag', 'query parser']) app.set(setting, false);
  app.disable('x-powered-by');
  // `/health/alive//` is another path than `/health/alive/`, and that one loses its slash before it gets here.
  app.enable('strict routing');
  app.enable('case sensitive routing');
  const server = createListener(app, host, options.tls);

  const { admit } = options;
  if (admit !== undefined) {
    app.use((request: Request, _response: Response, next: NextFunction) => {
      const verdict = admit(request);
      if (verdict === undefined) next();
      else
        verdict.then(
          () => next(),
          (refused: unknown) => next(refused),
        );
    });
  }
  const quiet = new Set<string>();
  const corsOf = new Map<string, Route['cors']>();
  for (const route of options.routes) {
    if (route.quiet === true) quiet.add(route.path);
    if (route.cors !== undefined) corsOf.set(route.path, route.cors);
    register(app, route, options.manner);
  }
  app.use((): never => {
    throw new NothingHere('There is nothing at this path.');
  });
  const answerError = answerErrors(host, writeError);
  // Express knows an error handler by its four parameters.
  app.use((caught: unknown, request: Request, response: Response, _next: NextFunction) => {
    answerError(caught, request, response);
  });

  const { cors } = options;
  const route = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    // Who is on no page has nothing to ask; that is nearly everybody.
    if (cors === undefined || (request.headers.origin === undefined && !cors.varies)) {
      app(request, response);
      return;
    }
    const readable = corsOf.get(path);
    const next = (): void => {
      app(request, response);
    };
    if (readable === 'everyone') next();
    else cors.handle(request, response, readable === 'clients', next);
  };

  const observe = createObserver(host);
  const boot = host.random(6).toString('hex');
  let count = 0;
  server.on('request', (request, response) => {
    const { url, path } = routable(request.url ?? '/', options.prefix);
    request.url = url;
    const context = openContext(request, {
      requestId: `${boot}${(count++).toString(36).padStart(4, '0')}`,
      // Its route is known in the end. Its path is nobody's business: there may be a token or a person in it.
      span: host.tracing.atEdge(request.method ?? '', header(request.headers['traceparent'])),
      startedAt: performance.now(),
      path,
      manner: options.manner,
    });
    response.once('close', () => {
      const route = routeOf(request);
      observe({ request, response, context, route, quiet: quiet.has(route ?? '') });
    });
    route(request, response, path);
  });
  return { server, express: app, writeError };
}

/** The pattern of the route that matched, if one did. */
const routeOf = (request: IncomingMessage) => ((request as Request).route as { path?: string } | undefined)?.path;

const header = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);

/** What a path has none of, but Node lets pass (RFC 3986 §3.3): with it, express would take the path for another one. */
const foreign = /[^\x21-\x7e]|[#\\]/;

/** The URL with one slash less at its end, with the prefix if it lacks it, and with nothing in it that could be read otherwise. */
function routable(url: string, prefix: string | undefined): { url: string; path: string } {
  const mark = url.indexOf('?');
  let path = mark === -1 ? url : url.slice(0, mark);
  // Whoever judges a path must judge the one that is routed.
  if (foreign.test(path)) path = path.replace(new RegExp(foreign, 'g'), encodeURIComponent);
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1);
  if (prefix !== undefined && path !== prefix && !path.startsWith(`${prefix}/`)) path = prefix + path;
  return { url: mark === -1 ? path : path + url.slice(mark), path };
}

function register(app: Express, route: Route, manner: Manner): void {
  const known = app.route(route.path);
  const allowed: string[] = [];
  for (const method of methods) {
    const handler = route[method];
    if (handler === undefined) continue;
    known[method](handler);
    allowed.push(method.toUpperCase(), ...(method === 'get' ? ['HEAD'] : []));
  }
  const allow = allowed.join(', ');
  known.all((request, response) => {
    // Hydra's endpoints that know CORS answer so even while it is off.
    if (manner === 'hydra' && route.cors === 'clients' && request.method === 'OPTIONS') return sendEmpty(response, 200);
    if (manner === 'hydra') throw new NothingHere('There is nothing at this path for this method.');
    if (request.method === 'OPTIONS') {
      sendEmpty(response, 204, { Allow: allow });
      return;
    }
    response.setHeader('Allow', allow);
    throw new OAuthError('invalid_request', 'This path does not take this method.', { status: 405 });
  });
}
