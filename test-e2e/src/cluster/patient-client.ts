// An HTTP client that behaves well and no better: keeps its connection, and when nobody answers, or somebody asks it to come again, it
// comes again, a few times (RFC 9110 §9.2.2, §10.2.3).
import type { IncomingHttpHeaders } from 'node:http';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Exchange {
  readonly status: number;
  readonly body: string;
  /** How often it was sent beyond the first time. */
  readonly again: number;
}

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

const tries = 4;
const patienceMillis = 10_000;
const firstPauseMillis = 100;
const longestPauseMillis = 2_000;
const comeAgain = new Set([429, 502, 503, 504]);

/** @throws when the last try had no answer */
export async function ask(agent: http.Agent, question: Question): Promise<Exchange> {
  for (let again = 0; ; again++) {
    const last = again === tries - 1;
    try {
      const { status, body, headers } = await send(agent, question);
      if (last || !comeAgain.has(status)) return { status, body, again };
      await sleep(pauseOf(again, headers['retry-after']));
    } catch (error) {
      if (last) throw error;
      await sleep(pauseOf(again, undefined));
    }
  }
}

const pauseOf = (again: number, told: string | undefined): number =>
  Math.min(told === undefined ? firstPauseMillis * 2 ** again : Number(told) * 1_000, longestPauseMillis);

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

function send(agent: http.Agent, { method, url, headers = {}, form }: Question): Promise<Answer> {
  const content = form === undefined ? undefined : new URLSearchParams(form).toString();
  const own = content === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method, headers: { ...own, ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      response.once('error', reject);
    });
    request.setTimeout(patienceMillis, () => request.destroy(new Error('no answer in time')));
    request.once('error', reject);
    request.end(content);
  });
}
