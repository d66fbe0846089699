// Asks over HTTP as a patient client behind a load balancer does: where nobody listens it tries the next replica, because there it
// has asked nothing yet; whatever broke after that has an unknown outcome, and nobody asks again on its own account.
import type { Ask } from './history.js';

/** A place to ask at. */
export interface Place {
  readonly name: string;
  readonly origin: string;
}

export interface Question {
  readonly what: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are an answer to this question. 503 is one to any. */
  readonly expected: readonly number[];
}

export interface Reply {
  readonly ask: Ask;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Transport {
  /** Asks the first of these places that listens. Never rejects: a failure is an outcome. */
  (places: readonly Place[], question: Question): Promise<Reply>;
}

/** @param record told of each question that left @param patienceMillis an answer that takes longer is none */
export function createTransport(record: (ask: Ask) => void, patienceMillis: number): Transport {
  return async (places, question) => {
    const sent = Date.now();
    let by = 'nobody';
    const done = (outcome: Ask['outcome'], answer: Partial<Reply> = {}, flaw?: string): Reply => {
      const { status, headers = new Headers(), body = {} } = answer;
      const ask: Ask = {
        what: question.what,
        by,
        sent,
        answered: Date.now(),
        outcome,
        ...(status === undefined ? {} : { status }),
        ...(flaw === undefined ? {} : { flaw }),
      };
      record(ask);
      return { ask, status, headers, body };
    };
    for (const place of places) {
      by = place.name;
      try {
        const response = await fetch(place.origin + question.path, init(question, patienceMillis));
        const text = await response.text();
        const answer = { status: response.status, headers: response.headers, body: parsed(text) };
        if (response.status === 503) return done('refused', answer, flawOfRefusal(answer, question));
        const flaw = question.expected.includes(response.status)
          ? undefined
          : `answered ${String(response.status)} ${text.slice(0, 200)}`;
        return done('answered', answer, flaw);
      } catch (error) {
        if (codeOf(error) === 'ECONNREFUSED') continue;
        return done((error as Error).name === 'TimeoutError' ? 'late' : 'lost');
      }
    }
    return done('absent');
  };
}

function init(question: Question, patienceMillis: number): RequestInit {
  const { form, json, headers } = question;
  const body = form === undefined ? (json === undefined ? undefined : JSON.stringify(json)) : new URLSearchParams(form);
  return {
    method: question.method ?? 'GET',
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMillis),
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  };
}

/** A refusal says that it is one, and when to come back; a page for people need not be JSON. */
function flawOfRefusal({ headers, body }: Pick<Reply, 'headers' | 'body'>, { what }: Question): string | undefined {
  if (!headers.has('retry-after')) return 'refused without Retry-After';
  const forPeople = headers.get('content-type')?.startsWith('text/html') ?? false;
  if (forPeople || body['error'] === 'temporarily_unavailable') return undefined;
  return `refused ${what} with ${JSON.stringify(body).slice(0, 200)}`;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What Node says of a failed fetch: of one address, or of all that a name had. */
function codeOf(error: unknown): string | undefined {
  return (error as { cause?: { code?: string } }).cause?.code;
}
