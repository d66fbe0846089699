// A call between being asked and being answered, and the one place that settles it, once.
import type { OAuthError } from '@cardea/oauth';

/** Whatever a call travels on. */
export interface Carrier {
  /** Nobody waits for its answer here any more; the server may stop working on it. */
  cancel(call: PendingCall): void;
  /** How long the peer at its end has said nothing, although it was asked. */
  readonly silentMillis: number;
}

/** As much of an AbortSignal as a call needs: a real one costs microseconds, and not every caller has one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A call as its caller described it. */
export interface OutgoingCall {
  readonly path: string;
  readonly request: Buffer;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly traceparent: string;
  /** May be sent once more when its answer was lost. */
  readonly idempotent: boolean;
  /** Over the multiplexed stream; unary otherwise. */
  readonly hot: boolean;
  readonly signal: CancelSignal | undefined;
}

export interface PendingCall extends OutgoingCall {
  /** Its number at the desk. */
  readonly number: number;
  /** Its id on the stream that carries it. */
  id: number;
  /** Undefined while it waits for a connection. */
  carrier: Carrier | undefined;
  /** Whether the server may have seen it. */
  sent: boolean;
  /** When it left, milliseconds since the epoch. */
  sentAt: number;
  replayed: boolean;
  settled: boolean;
  /** Lets go of whatever watches the caller's signal. */
  forget: (() => void) | undefined;
  readonly resolve: (response: Buffer) => void;
  readonly reject: (error: OAuthError) => void;
}

/** What became of a call: an answer, an error of the service, or nothing, because its connection broke. */
export interface CallEvents {
  answered(call: PendingCall, response: Buffer): void;
  failed(call: PendingCall, error: OAuthError): void;
  /** @param sent whether the server may have seen it */
  lost(call: PendingCall, sent: boolean, cause: unknown): void;
}
