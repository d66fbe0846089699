// Tells the record of every attempt to have something signed that the rules refused or the token failed (security §2.3 rule 6).
import { OAuthError } from '@cardea/oauth';
import type { CallContext, Handlers, signingV1 } from '@cardea/rpc';
import type { Attempt, AttemptedRequest } from './entry.js';

/** What is signed, as the record calls it. */
export const purposes = ['id_token', 'access_token', 'userinfo', 'logout_token', 'credential'] as const;

type SigningHandlers = Handlers<typeof signingV1.SigningServiceService>;

/** @param note takes what came to nothing; it must not throw */
export function recordAttempts(handlers: SigningHandlers, note: (attempt: Attempt) => void): SigningHandlers {
  const noted =
    <Request extends AttemptedRequest, Response>(
      purpose: (typeof purposes)[number],
      handler: (request: Request, call: CallContext) => Promise<Response>,
    ) =>
    async (request: Request, call: CallContext): Promise<Response> => {
      try {
        return await handler(request, call);
      } catch (error) {
        const outcome = outcomeOf(error);
        if (outcome !== undefined) note({ ...outcome, purpose, request, caller: call.caller ?? '' });
        throw error;
      }
    };
  return {
    ...handlers,
    signIdToken: noted('id_token', handlers.signIdToken),
    signAccessToken: noted('access_token', handlers.signAccessToken),
    signUserinfo: noted('userinfo', handlers.signUserinfo),
    signLogoutToken: noted('logout_token', handlers.signLogoutToken),
    signCredential: noted('credential', handlers.signCredential),
  };
}

/** Undefined for what was not even tried: a full queue and a missed deadline are counted, not written down one by one. */
function outcomeOf(error: unknown): Pick<Attempt, 'outcome' | 'reason'> | undefined {
  if (!(error instanceof OAuthError)) return { outcome: 'failed', reason: (error as Error).message };
  const { code, description, cause } = error;
  if (code !== 'temporarily_unavailable') return { outcome: 'refused', reason: description };
  return cause instanceof Error ? { outcome: 'failed', reason: cause.message } : undefined;
}
