// Why an outbound request came to nothing. The reason is for the log; the text is the same for every reason, so that nobody
// learns from it what there is inside our network (security catalogue G11).

/**
 * - `refused`: we do not ask there.
 * - `unreachable`: no connection, or it broke.
 * - `timeout`, `too_large`: it took or brought too much.
 * - `status`: another status than the caller takes.
 * - `unreadable`: not what was asked for (no JSON).
 */
export type OutboundReason = 'refused' | 'unreachable' | 'timeout' | 'too_large' | 'status' | 'unreadable';

export class OutboundError extends Error {
  readonly reason: OutboundReason;
  /** HTTP status of the last answer; undefined when there was none. */
  readonly status: number | undefined;

  constructor(reason: OutboundReason, status?: number) {
    super('The remote address could not be used.');
    this.name = 'OutboundError';
    this.reason = reason;
    this.status = status;
  }
}
