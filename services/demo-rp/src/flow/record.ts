// Listens in on what openid-client sends, so that the page can show what really went over the wire, with secrets masked.
import type { CustomFetch } from 'openid-client';
import type { Texts } from '../texts.js';
import { curlOf, type SentRequest } from './curl.js';
import { maskAddress, maskJson, maskPairs } from './mask.js';
import type { Step } from './step.js';

/** A request and what came back; no answer means that nobody answered. */
export interface Exchange {
  readonly request: SentRequest;
  readonly at: number;
  readonly millis: number;
  readonly answer: { readonly status: number; readonly type: string; readonly body: string } | undefined;
}

export interface Recorder {
  readonly fetch: CustomFetch;
  /** Everything so far, in order. */
  readonly exchanges: readonly Exchange[];
}

export function createRecorder(now: () => number = Date.now): Recorder {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    async fetch(url, options) {
      const at = now();
      const body = options.body;
      const form =
        body instanceof URLSearchParams || typeof body === 'string' ? [...new URLSearchParams(body)] : undefined;
      const request = { method: options.method, url, headers: options.headers, form };
      const record = (answer: Exchange['answer']): void => {
        exchanges.push({ request, at, millis: now() - at, answer });
      };
      try {
        const response = await fetch(url, options as RequestInit);
        const type = response.headers.get('content-type') ?? '';
        record({ status: response.status, type, body: await response.clone().text() });
        return response;
      } catch (error) {
        record(undefined);
        throw error;
      }
    },
  };
}

/** The request as text, as it went over the wire but for its secrets. */
export function requestText(request: SentRequest): string {
  const { pathname, search, host } = new URL(request.url);
  const lines = [`${request.method} ${maskAddress(pathname + search)}`, `Host: ${host}`];
  const authorization = request.headers['authorization'];
  if (authorization !== undefined) lines.push(`Authorization: ${authorization.split(' ', 1).join('')} ••••••••`);
  for (const [name, value] of maskPairs(request.form ?? [])) lines.push(lines.length > 0 ? `  ${name} = ${value}` : '');
  return lines.join('\n');
}

/** What a step says beyond the exchange itself. */
export interface Telling {
  readonly title: string;
  readonly words: string;
  /** Which shell variable holds which secret field. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** An exchange of this app with the provider as a step of the page. */
export function stepOf(texts: Texts, exchange: Exchange, telling: Telling): Step {
  const { request, answer } = exchange;
  return {
    title: telling.title,
    words: telling.words,
    from: texts.step.app,
    to: new URL(request.url).host,
    at: exchange.at,
    millis: exchange.millis,
    failed: answer === undefined || answer.status >= 400,
    request: requestText(request),
    response:
      answer === undefined
        ? texts.step.noAnswer
        : `${String(answer.status)} ${answer.type}\n${maskJson(answer.body)}`.trim(),
    curl: curlOf(request, telling.variables),
  };
}

/** The members of the last answer when it was JSON; that is where errors of the provider say more. */
export function lastAnswer(recorder: Recorder): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(recorder.exchanges.at(-1)?.answer?.body ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
