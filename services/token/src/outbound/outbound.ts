// The one way out: every address that the configuration or a client names is asked through here (security catalogue G).
import type { Log, Tracing } from '@cardea/service';
import { noTracing } from '@cardea/service';
import { lookup as dnsLookup } from 'node:dns/promises';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { OutboundAnswer, OutboundMethod } from './exchange.js';
import { exchange } from './exchange.js';
import { OutboundError } from './outbound-error.js';
import type { Resolve, Target, TargetPolicy, Trust } from './target.js';
import { checkTarget, isPermitted } from './target.js';
import { createTurnstile } from './turnstile.js';

export interface OutboundOptions {
  /** Bytes of the body; more fails. */
  readonly maxBytes: number;
  /** For everything: waiting, resolving, connecting, all attempts. */
  readonly timeoutMillis: number;
  /** What it is for, in logs: `jwks`, `token hook`. */
  readonly purpose: string;
  /** Whose word the address is; `client` by default. */
  readonly trust?: Trust;
  /** Further attempts after a broken connection, 429 or 5xx but 501; 0 by default, at most 2. */
  readonly retries?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly signal?: AbortSignal;
}

export interface OutboundPost extends OutboundOptions {
  readonly body: Buffer | string;
  readonly contentType: string;
}

export interface Outbound {
  /** A 200 with JSON in it. @throws {OutboundError} */
  getJson(url: string, options: OutboundOptions): Promise<{ body: unknown; headers: IncomingHttpHeaders }>;
  /** A 200. @throws {OutboundError} */
  getText(url: string, options: OutboundOptions): Promise<{ body: string; headers: IncomingHttpHeaders }>;
  /** Any answer, redirects too: they are not followed. @throws {OutboundError} when there is none */
  post(url: string, options: OutboundPost): Promise<OutboundAnswer>;
  /** Any answer, redirects too. @throws {OutboundError} when there is none */
  delete(url: string, options: OutboundOptions): Promise<OutboundAnswer>;
  /** Whether a client may register this address to be asked one day. Asks nothing but names. */
  permits(url: string): Promise<boolean>;
  close(): void;
}

const mostRetries = 2;
const firstPauseMillis = 100;
const clientLimits = { total: 50, perHost: 2 };
const operatorLimits = { total: 100, perHost: 100 };
const again = (status: number) => status === 429 || (status >= 500 && status !== 501);

const resolveByDns: Resolve = (hostname) => dnsLookup(hostname, { all: true, verbatim: true });

/**
 * @param deps.resolve how names become addresses; the system's resolver by default
 * @param deps.tracing what is asked is a step of the request under way; the operator's own addresses are told of the trace (W3C
 *   Trace Context), those that clients name are not
 */
export function createOutbound(
  policy: TargetPolicy,
  deps: { log: Log; resolve?: Resolve; tracing?: Pick<Tracing, 'step'> },
): Outbound {
  const { log, resolve = resolveByDns, tracing = noTracing } = deps;
  // A connection is kept only for the operator's own addresses: a client's was checked for one exchange.
  const makeAgents = (keepAlive: boolean) => ({
    http: new http.Agent({ keepAlive, maxFreeSockets: 8 }),
    https: new https.Agent({ keepAlive, maxFreeSockets: 8 }),
  });
  const ways = {
    client: { agents: makeAgents(false), turnstile: createTurnstile(clientLimits) },
    operator: { agents: makeAgents(true), turnstile: createTurnstile(operatorLimits) },
  };

  const attempt = async (
    target: Target,
    request: Parameters<typeof exchange>[1],
    options: OutboundOptions,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> => {
    const { agents } = ways[options.trust ?? 'client'];
    const left = Math.min(options.retries ?? 0, mostRetries);
    for (let tried = 0; ; tried++) {
      try {
        const answer = await exchange(target, request, agents, signal);
        if (tried >= left || !again(answer.status)) return answer;
      } catch (error) {
        if (tried >= left || !(error instanceof OutboundError) || error.reason !== 'unreachable') throw error;
      }
      await pause(firstPauseMillis * 4 ** tried, signal);
    }
  };

  const send = async (
    url: string,
    request: { method: OutboundMethod; headers: OutgoingHttpHeaders; body: Buffer | undefined },
    options: OutboundOptions,
  ): Promise<OutboundAnswer> => {
    const deadline = AbortSignal.timeout(options.timeoutMillis);
    const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
    const { maxBytes, purpose, trust = 'client' } = options;
    const span = tracing.step('http', `${request.method} ${purpose}`);
    const headers = {
      ...{ 'User-Agent': 'Cardea', 'Accept-Encoding': 'identity', ...request.headers, ...options.headers },
      ...(trust === 'operator' && span.traceparent !== '' && { traceparent: span.traceparent }),
    };
    try {
      const target = checkTarget(url, trust, policy, resolve);
      const answer = await ways[trust].turnstile(target.url.host, signal, () =>
        attempt(target, { ...request, headers, maxBytes }, options, signal),
      );
      span.end();
      return answer;
    } catch (caught) {
      const error = caught instanceof OutboundError ? caught : new OutboundError('timeout');
      span.end(error);
      log.warn({ purpose, host: hostOf(url), reason: error.reason }, 'an outbound request failed');
      throw error;
    }
  };

  const get = async (url: string, accept: string, options: OutboundOptions) => {
    const answer = await send(url, { method: 'GET', headers: { Accept: accept }, body: undefined }, options);
    if (answer.status !== 200) throw new OutboundError('status', answer.status);
    return answer;
  };

  return {
    async getJson(url, options) {
      const { body, headers } = await get(url, 'application/json, */*;q=0.5', options);
      try {
        return { body: JSON.parse(body.toString('utf8')) as unknown, headers };
      } catch {
        throw new OutboundError('unreadable', 200);
      }
    },
    async getText(url, options) {
      const { body, headers } = await get(url, '*/*', options);
      return { body: body.toString('utf8'), headers };
    },
    post(url, options) {
      const headers = { 'Content-Type': options.contentType };
      return send(url, { method: 'POST', headers, body: Buffer.from(options.body) }, options);
    },
    delete: (url, options) => send(url, { method: 'DELETE', headers: {}, body: undefined }, options),
    permits: (url) => isPermitted(url, policy, resolve),
    close() {
      for (const { agents } of Object.values(ways)) {
        agents.http.destroy();
        agents.https.destroy();
      }
    },
  };
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '');

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new OutboundError('timeout'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, millis);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
