// Puts unary methods on a server. The bytes go through untouched: dispatch decodes, so that unary and stream calls take one
// road.
import type { Server, UntypedServiceImplementation } from '@grpc/grpc-js';
import { status as grpcStatus } from '@grpc/grpc-js';
import { CallSignal } from './call-signal.js';
import type { PeerIdentity } from './caller.js';
import type { CallResult, Dispatch } from './dispatch.js';
import { errorMetadata, statusOf } from './errors.js';
import { defaultTimeoutMillis } from './limits.js';
import type { ServedService } from './service.js';

/** What identifies a call's peer, on both kinds of calls. */
export interface CallLike {
  getAuthContext(): { sslPeerCertificate?: { subjectaltname?: string } };
}

interface UnaryCall extends CallLike {
  readonly request: Buffer;
  readonly metadata: { get(key: string): unknown[] };
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): void;
}

type Answer = (error: object | null, response?: Buffer) => void;

export function addUnary(
  server: Server,
  service: ServedService,
  options: {
    readonly dispatch: Dispatch;
    readonly peerOf: (call: CallLike) => PeerIdentity;
    readonly now: () => number;
  },
): void {
  const { dispatch, peerOf, now } = options;
  const asIs = (value: Buffer) => value;
  const definition: Record<string, object> = {};
  const handlers: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(service.definition)) {
    definition[name] = {
      ...method,
      requestStream: false,
      responseStream: false,
      requestDeserialize: asIs,
      responseSerialize: asIs,
    };
    const handle = (call: UnaryCall, answer: Answer): void => {
      const asked = Number(call.getDeadline());
      const deadline = Number.isFinite(asked) ? asked : now() + defaultTimeoutMillis;
      const signal = new CallSignal(deadline, now);
      call.on('cancelled', () => signal.abort());
      const traceparent = call.metadata.get('traceparent')[0];
      void dispatch({
        path: method.path,
        request: call.request,
        deadline,
        signal,
        traceparent: typeof traceparent === 'string' ? traceparent : '',
        peer: peerOf(call),
      }).then((result) => tell(result, answer));
    };
    handlers[name] = handle;
  }
  server.addService(definition as never, handlers as UntypedServiceImplementation);
}

function tell(result: CallResult, answer: Answer): void {
  if (result.ok) answer(null, result.response);
  else if ('refusal' in result) answer({ code: grpcStatus[result.refusal], details: result.refusal });
  else {
    const { error } = result;
    answer({ code: statusOf(error), details: error.description, metadata: errorMetadata(error) });
  }
}
