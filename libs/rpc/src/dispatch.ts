// Runs one call, whichever way it came: allow-list, deadline, handler, error. Unary and stream calls meet here.
import { OAuthError } from '@cardea/oauth';
import { randomBytes } from 'node:crypto';
import type { PeerIdentity } from './caller.js';
import { admit } from './caller.js';
import type { RpcLog, ServedMethod, ServedService } from './service.js';

/** A call as it arrived. */
export interface IncomingCall {
  readonly path: string;
  readonly request: Buffer;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly traceparent: string;
  readonly peer: PeerIdentity;
}

/** How it ended. A `refusal` is the transport's own word and has no detail. */
export type CallResult =
  | { readonly ok: true; readonly response: Buffer }
  | { readonly ok: false; readonly error: OAuthError }
  | { readonly ok: false; readonly refusal: 'PERMISSION_DENIED' | 'UNIMPLEMENTED' | 'DEADLINE_EXCEEDED' | 'INVALID_ARGUMENT' };

export type Dispatch = (call: IncomingCall) => Promise<CallResult>;

/** Makes the dispatcher over a set of services. */
export function createDispatch(services: readonly ServedService[], log: RpcLog, now: () => number): Dispatch {
  const methods = new Map<string, ServedMethod>();
  for (const service of services) for (const method of service.methods) methods.set(method.path, method);

  const fail = (caught: unknown, path: string): CallResult => {
    const error = OAuthError.from(caught);
    // Causes never cross: this is the one place that sees them, so it logs them and lets the id travel.
    if (error.cause !== undefined && error.errorId === undefined) {
      error.errorId = randomBytes(8).toString('hex');
      log.error({ err: error.cause, error_id: error.errorId, code: error.code, method: path }, 'a call failed');
    }
    return { ok: false, error };
  };

  return async (call) => {
    const served = methods.get(call.path);
    if (served === undefined) return { ok: false, refusal: 'UNIMPLEMENTED' };
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
      const response = await served.handle(request, {
        deadline: call.deadline,
        caller,
        traceparent: call.traceparent,
        // A getter: the signal is only made when a handler asks for it.
        get signal() {
          return call.signal;
        },
      });
      return { ok: true, response: served.method.responseSerialize(response) };
    } catch (caught) {
      return fail(caught, call.path);
    }
  };
}
