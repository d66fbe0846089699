// Why a signature cannot be had now; all of it passes, so all of it is `temporarily_unavailable` (ARCHITECTURE §2 law 10).
import { OAuthError } from '@cardea/oauth';

/** The queue is full: said at once, so that nobody waits for what will not come in time. */
export function busy(): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The signer has too much to do.', { grpc: 'RESOURCE_EXHAUSTED' });
}

/** Nobody waits for it any more. */
export function late(): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The signature would have come too late.');
}

/** Keys, token or registry are not what they must be. */
export function cannotSign(reason: string, cause?: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The signer cannot sign now.', {
    cause: cause ?? new Error(reason),
  });
}
