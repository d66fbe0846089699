// Runs one call, whichever way it came: allow-list, deadline, handler, error. Unary and stream calls meet here.
import { OAuthError, rowOf } from '@cardea/oauth';
import { randomBytes } from 'node:crypto';
import type { CallSignal } from './call-signal.js';
import type { PeerIdentity } from './caller.js';
import { admit } from './caller.js';
import type { CallContext, CallObserver, ObservedCall, RpcLog, ServedMethod, ServedService } from './service.js';

/** A call as it arrived. */
export interface IncomingCall {
  readonly path: string;
  readonly request: Buffer;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal: CallSignal;
  readonly traceparent: string;
  readonly peer: PeerIdentity;
}

export type Refusal =
  'PERMISSION_DENIED' | 'UNIMPLEMENTED' | 'DEADLINE_EXCEEDED' | 'INVALID_ARGUMENT' | 'RESOURCE_EXHAUSTED';

/** How it ended. A `refusal` is the transport's own word and has no detail. */
export type CallResult =
  | { readonly ok: true; readonly response: Buffer }
  | { readonly ok: false; readonly error: OAuthError }
  | { readonly ok: false; readonly refusal: Refusal };

/** Never rejects. */
export type Dispatch = (call: IncomingCall) => Promise<CallResult>;

/** What a handler is told. A class for its getter, as `CallSignal` is one. */
class HandlerContext implements CallContext {
  readonly deadline: number;
  readonly caller: string | undefined;
  readonly traceparent: string;
  private readonly lazy: CallSignal;

  constructor(call: IncomingCall, caller: string | undefined, traceparent: string) {
    this.deadline = call.deadline;
    this.caller = caller;
    this.traceparent = traceparent;
    this.lazy = call.signal;
  }

  get signal(): AbortSignal {
    return this.lazy.signal;
  }
}

export interface DispatchOptions {
  readonly log: RpcLog;
  readonly now: () => number;
  /** What a response may weigh. */
  readonly responseBytes: number;
  readonly observe?: CallObserver | undefined;
}

/** Makes the dispatcher over a set of services. */
export function createDispatch(services: readonly ServedService[], options: DispatchOptions): Dispatch {
  const { log, now, observe, responseBytes } = options;
  const methods = new Map<string, ServedMethod>();
  for (const service of services) for (const method of service.methods) methods.set(method.path, method);

  const fail = (caught: unknown, path: string): CallResult => {
    const error = OAuthError.from(caught);
    // Causes never cross: this is the one place that sees them, so it logs them and lets the id travel.
    if (error.cause !== undefined && error.errorId === undefined) {
      error.errorId = randomBytes(8).toString('hex');
      log.error({ err: error.cause, error_id: error.errorId, error: error.code, method: path }, 'a call failed');
    }
    return { ok: false, error };
  };

  const handle = async (
    call: IncomingCall,
    served: ServedMethod,
    observed: ObservedCall | undefined,
  ): Promise<CallResult> => {
    const { admitted, caller } = admit(call.peer, served.allowed);
    if (!admitted) {
      log.warn({ method: call.path, names: call.peer.names }, 'a caller is not on the allow-list');
      return { ok: false, refusal: 'PERMISSION_DENIED' };
    }
    if (call.deadline <= now()) return { ok: false, refusal: 'DEADLINE_EXCEEDED' };
    let request: unknown;
    try {
      request = served.method.requestDeserialize(call.request);
    } catch {
      return { ok: false, refusal: 'INVALID_ARGUMENT' };
    }
    try {
      const traceparent = observed?.traceparent ?? call.traceparent;
      const context = new HandlerContext(call, caller, traceparent);
      const work = () => served.handle(request, context);
      const answer = await (traceparent === '' || observed?.run === undefined ? work() : observed.run(work));
      const response = served.method.responseSerialize(answer);
      if (response.length <= responseBytes) return { ok: true, response };
      return fail(new Error(`a response of ${String(response.length)} bytes is too large`), call.path);
    } catch (caught) {
      return fail(caught, call.path);
    }
  };

  return async (call) => {
    const served = methods.get(call.path);
    // Not observed: whoever invents method names must not make time series.
    if (served === undefined) return { ok: false, refusal: 'UNIMPLEMENTED' };
    const observed = observe?.(call.path, call.traceparent);
    const result = await handle(call, served, observed);
    call.signal.done();
    observed?.end(outcomeOf(result), !result.ok && isFault(result));
    return result;
  };
}

/** A word of a small fixed set: the codes that login apps make up are all `other`. */
function outcomeOf(result: CallResult): string {
  if (result.ok) return 'OK';
  if ('refusal' in result) return result.refusal;
  return rowOf(result.error.code) === undefined ? 'other' : result.error.code;
}

/** Whether it was us who failed, not the caller. */
function isFault(result: Extract<CallResult, { ok: false }>): boolean {
  return 'error' in result && result.error.status >= 500;
}
