// What is known about a request beside the request itself: its id, its trace, whether anybody still waits for the answer.
import type { TraceSpan } from '@cardea/service';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Manner } from './manner.js';

/** A parameter of a form or a query, decoded once. */
export interface FormParameter {
  readonly name: string;
  readonly value: string;
}

/** Travels with a request from its first byte to the access log. */
export interface RequestContext {
  /** Names the request in the log; also the `error_id` of an error that no service behind us has named. */
  readonly requestId: string;
  readonly span: TraceSpan;
  /** `performance.now()` at the first byte. */
  readonly startedAt: number;
  /** Path before routing, without a trailing slash. */
  readonly path: string;
  /** How its answer is written. */
  readonly manner: Manner;
  /** The form as far as it was read; only its names are logged. */
  form: readonly FormParameter[];
  /** The form, once somebody has asked for it. */
  formRead: Promise<readonly FormParameter[]> | undefined;
  /** Bytes of the body of the answer. */
  sent: number;
  /** `error` of the answer, for the log. */
  error: string | undefined;
  errorId: string | undefined;
  /** For whoever works on the answer; made when somebody does. */
  gone: GoneSignal | undefined;
}

const key = Symbol('cardea.request');
type Holder = { [key]?: RequestContext };

/** Begins the life of a request. */
export function openContext(
  request: IncomingMessage,
  begin: Pick<RequestContext, 'requestId' | 'span' | 'startedAt' | 'path' | 'manner'>,
): RequestContext {
  const { requestId, span, startedAt, path, manner } = begin;
  const context: RequestContext = {
    requestId,
    span,
    startedAt,
    path,
    manner,
    form: [],
    formRead: undefined,
    sent: 0,
    error: undefined,
    errorId: undefined,
    gone: undefined,
  };
  (request as Holder)[key] = context;
  return context;
}

/** The context of a request that came through `createApp`. */
export function contextOf(request: IncomingMessage): RequestContext {
  const context = (request as Holder)[key];
  if (context === undefined) throw new Error('a request that did not come through createApp');
  return context;
}

/** As much of an AbortSignal as a call takes: fires when the caller has gone without waiting for the answer. A real one costs 5 µs. */
class GoneSignal {
  private readonly response: ServerResponse;
  private readonly listeners: (() => void)[] = [];

  constructor(response: ServerResponse) {
    this.response = response;
  }

  get aborted(): boolean {
    return this.response.destroyed && !this.response.writableFinished;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.listeners.indexOf(listener);
    if (index !== -1) this.listeners.splice(index, 1);
  }

  /** The response is closed, for whatever reason. */
  tell(): void {
    if (this.aborted) for (const listener of [...this.listeners]) listener();
  }
}

/** What a call to a service behind us takes from the request: cancelled with it, traced with it. */
export function callOptions(
  request: IncomingMessage,
  response: ServerResponse,
): { signal: GoneSignal; traceparent: string } {
  const context = contextOf(request);
  return { signal: (context.gone ??= new GoneSignal(response)), traceparent: context.span.traceparent };
}
