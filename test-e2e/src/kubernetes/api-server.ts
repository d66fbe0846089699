// A Kubernetes API server as far as a controller speaks with it: get, list in pages, watch, create, merge patches, the status
// subresource; over TLS, with a bearer token, and with the rights that the chart's Role gives.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateFiles } from '../certificates.js';
import type { Given, Store } from './store.js';
import { Refused } from './store.js';

/** What the Role allows (helm/cardea/templates/controller.yaml; helm/src/controller.test.ts holds it against this). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  secrets: ['get', 'create', 'patch'],
  oauth2clients: ['get', 'list', 'watch', 'patch'],
  'oauth2clients/status': ['patch'],
};

export interface ApiServer {
  readonly url: string;
  /** Who may in; anybody else gets 401. */
  token: string;
  /** Answers this many requests with 500. */
  fail(requests: number): void;
  /** Ends all watches, as a server that restarts does. */
  cut(): void;
  /** All requests so far: `verb resource`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

interface Order {
  readonly verb: string;
  readonly collection: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly below: string;
  readonly query: URLSearchParams;
}

const pattern = /^\/(api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

function orderOf(request: IncomingMessage): Order {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://kubernetes');
  const [, root, namespace, plural = '', name = '', below = ''] = pattern.exec(pathname) ?? [];
  if (root === undefined) throw new Refused(404, 'NotFound');
  const reading = name !== '' ? 'get' : query.get('watch') === '1' ? 'watch' : 'list';
  const verbs: Record<string, string> = {
    GET: reading,
    POST: 'create',
    PATCH: 'patch',
    DELETE: 'delete',
    PUT: 'update',
  };
  const resource = below === '' ? plural : `${plural}/${below}`;
  return {
    verb: verbs[request.method ?? ''] ?? '',
    collection: `${root}/${plural}`,
    resource,
    namespace,
    name,
    below,
    query,
  };
}

export async function startApiServer(store: Store, certificate: CertificateFiles): Promise<ApiServer> {
  const watches = new Set<ServerResponse>();
  const asked: string[] = [];
  let failures = 0;
  const self = {
    token: '',
    asked,
    fail: (requests: number) => void (failures = requests),
    cut: () => {
      for (const watch of watches) watch.end();
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const order = orderOf(request);
    asked.push(`${order.verb} ${order.resource}`);
    if (request.headers.authorization !== `Bearer ${self.token}`) throw new Refused(401, 'Unauthorized');
    if (failures > 0) {
      failures--;
      throw new Refused(500, 'InternalError', 'the server stumbled');
    }
    if (allowed[order.resource]?.includes(order.verb) !== true)
      throw new Refused(403, 'Forbidden', `cannot ${order.verb} resource "${order.resource}"`);
    const { verb, collection, namespace = '', name, below, query } = order;
    if (verb === 'get') return send(response, 200, store.get(collection, namespace, name));
    if (verb === 'list') return send(response, 200, pageOf(store, order));
    if (verb === 'watch') return watch(order, response);
    const body = JSON.parse(await textOf(request)) as Record<string, unknown> & Given;
    if (verb === 'create') return send(response, 201, store.create(collection, namespace, body));
    if (request.headers['content-type'] !== 'application/merge-patch+json')
      throw new Refused(415, 'UnsupportedMediaType', String(query));
    send(response, 200, store.patch(collection, namespace, name, body, below));
  };

  const watch = ({ collection, namespace, query }: Order, response: ServerResponse): void => {
    const past = store.after(query.get('resourceVersion') ?? '');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const tell = (happening: (typeof past)[number]): void => {
      const { type, object } = happening;
      if (happening.collection !== collection || response.writableEnded) return;
      if (namespace !== undefined && object.metadata.namespace !== namespace) return;
      response.write(`${JSON.stringify({ type, object })}\n`);
    };
    past.forEach(tell);
    const metadata = { resourceVersion: store.version() };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`);
    watches.add(response);
    const forget = store.listen(tell);
    response.once('close', () => {
      watches.delete(response);
      forget();
    });
  };

  const server = createServer(
    { cert: readFileSync(certificate.cert_file), key: readFileSync(certificate.key_file) },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        const { code, reason, message } =
          error instanceof Refused ? error : new Refused(500, 'InternalError', String(error));
        send(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(self, {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Two a page, so that a controller that reads the first one only is found out. */
function pageOf(store: Store, { collection, namespace, query }: Order): object {
  const all = store.list(collection, namespace);
  const from = Number(query.get('continue') ?? 0);
  const to = from + Math.min(2, Number(query.get('limit') ?? all.length));
  const metadata = { resourceVersion: store.version(), ...(to < all.length ? { continue: String(to) } : {}) };
  return { kind: 'List', metadata, items: all.slice(from, to) };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  return text;
}
