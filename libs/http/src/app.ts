// An express app and its server, from a table of routes: what every request goes through, once, and nothing more.
import type { Host } from '@cardea/service';
import type { Express, Request, Response } from 'express';
import express from 'express';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { openContext } from './context.js';
import type { Cors } from './cors.js';
import { lookAtFirstByte } from './first-byte.js';
import { bornWithPrototypes } from './native-prototypes.js';
import { sendNotFound } from './not-found.js';
import { createObserver } from './observe.js';
import type { Route } from './route.js';
import { NothingHere } from './route.js';
import type { RouterOptions } from './router.js';
import { createRouter, routeOf } from './router.js';
import type { ListenerTls } from './tls.js';
import type { ErrorBody, WriteError } from './write-error.js';
import { createErrorWriter, identifyError } from './write-error.js';

export interface AppOptions extends RouterOptions {
  /** Put before every path that does not begin with it. */
  readonly prefix?: string;
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

  const { cors } = options;
  const quiet = new Set<string>();
  const corsOf = new Map<string, Route['cors']>();
  for (const route of options.routes) {
    if (route.quiet === true) quiet.add(route.path);
    if (route.cors !== undefined) corsOf.set(route.path, route.cors);
  }
  const answer = createRouter(app, options, answerErrors(host, writeError));
  const route = (request: Request, response: Response, path: string): void => {
    // Who is on no page has nothing to ask; that is nearly everybody.
    if (cors === undefined || (request.headers.origin === undefined && !cors.varies))
      return answer(request, response, path);
    const readable = corsOf.get(path);
    const next = (): void => answer(request, response, path);
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
    // It comes once; `once` would wrap the listener.
    response.on('close', () => {
      context.gone?.tell();
      const matched = routeOf(request);
      observe({ request, response, context, route: matched, quiet: quiet.has(matched ?? '') });
    });
    // They were born as express's.
    route(request as Request, response as Response, path);
  });
  return { server, express: app, writeError };
}

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
