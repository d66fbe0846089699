// A server and what every request to it goes through, once, before it is answered from a table of routes; the table may be replaced.
import type { Host } from '@cardea/service';
import type { Express, Request, Response } from 'express';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Answering, AnswerOptions } from './answering.js';
import { createAnswering } from './answering.js';
import { openContext } from './context.js';
import { lookAtFirstByte } from './first-byte.js';
import { bornWithPrototypes } from './native-prototypes.js';
import { createObserver } from './observe.js';
import { routeOf } from './router.js';
import type { ListenerTls } from './tls.js';
import type { WriteError } from './write-error.js';

export interface AppOptions extends AnswerOptions {
  /** Speaks TLS instead of plain HTTP. */
  readonly tls?: (ListenerTls & { readonly asksForCertificates?: Buffer }) | undefined;
}

export interface App {
  readonly server: Server;
  /** Of the first answers; its requests and responses are everybody's. */
  readonly express: Express;
  readonly writeError: WriteError;
  /** Other answers of the same listener; nothing changes yet. */
  prepare(options: AnswerOptions): Answering;
  /** Has requests that begin from now on answered by whatever this is then. */
  answerBy(answering: () => Answering): void;
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
  const first = createAnswering(host, options);
  let current = () => first;
  const server = createListener(first.express, host, options.tls);
  const observe = createObserver(host);
  const boot = host.random(6).toString('hex');
  let count = 0;
  server.on('request', (request, response) => {
    const { options, route, quiet } = current();
    const { url, path } = routable(request.url ?? '/', options.prefix);
    request.url = url;
    const context = openContext(request, {
      requestId: `${boot}${(count++).toString(36).padStart(4, '0')}`,
      // Its route is known in the end. Its path is nobody's business: there may be a token or a person in it.
      span: host.tracing.atEdge(request.method ?? '', request.headers),
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
  return {
    server,
    express: first.express,
    get writeError() {
      return current().writeError;
    },
    prepare: (others) => createAnswering(host, others, first.express),
    answerBy: (answering) => void (current = answering),
  };
}

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
