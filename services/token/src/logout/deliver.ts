// One attempt at one notification: claims it, sends it, writes down what came of it. Whoever dies in between has left it
// claimed for a quarter of a minute and no longer, so that it is delivered at least once (Back-Channel Logout 1.0 §2.5, §2.8).
import type { DeliveryAnswer } from '@cardea/oauth';
import { judgeDelivery, OAuthError } from '@cardea/oauth';
import type { ClientOf, sessionV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import type { Outbound } from '../outbound/index.js';
import { OutboundError } from '../outbound/index.js';
import type { Attempted, DeliveryRow, LogoutDeliveries } from '../storage/logout-deliveries.js';

export type LogoutDeliveryClient = ClientOf<typeof sessionV1.LogoutDeliveryServiceService>;

/** Ends a session at the identity provider. */
export type EndIdentityProviderSession = (sessionId: string) => Promise<number>;

/** The answer, or why none was asked for. */
type Sent = { readonly answer: DeliveryAnswer; readonly outcome: string } | { readonly givenUp: string };

/** Longer than an attempt can take, the signature and the answer; what outlives it all the same is sent twice, which does no harm. */
const leaseMillis = 15_000;
const timeoutMillis = 5_000;
const mostAnswerBytes = 65_536;
const deliveredKeptMillis = 86_400_000;
/** Failures are what an operator looks for, perhaps after a week-end. */
const failedKeptMillis = 7 * 86_400_000;

export function createDeliver(options: {
  deliveries: LogoutDeliveries;
  token: LogoutDeliveryClient;
  outbound: Outbound;
  endIdentityProviderSession: EndIdentityProviderSession | undefined;
  log: Log;
  count: (state: Attempted['state']) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Between 0 and 1. */
  jitter: () => number;
}): (id: string, attempts: number) => Promise<void> {
  const { deliveries, token, outbound, endIdentityProviderSession, log, count, now, jitter } = options;

  const toClient = async ({ id }: DeliveryRow): Promise<Sent> => {
    const { uri, logoutToken } = await token.prepareLogoutDelivery({ id });
    if (uri === '') return { givenUp: 'the client has no address for it any more' };
    return answered(async () => {
      const { status } = await outbound.post(uri, {
        body: new URLSearchParams({ logout_token: logoutToken }).toString(),
        contentType: 'application/x-www-form-urlencoded',
        maxBytes: mostAnswerBytes,
        timeoutMillis,
        purpose: 'back-channel logout',
      });
      return status;
    });
  };

  const toIdentityProvider = async ({ identityProviderSessionId }: DeliveryRow): Promise<Sent> => {
    if (endIdentityProviderSession === undefined) return { givenUp: 'urls.identity_provider.url is not set any more' };
    const sent = await answered(() => endIdentityProviderSession(identityProviderSessionId));
    // Gone is what was asked for.
    return 'answer' in sent && sent.answer === 404 ? { ...sent, answer: 204 } : sent;
  };

  const judge = (row: DeliveryRow, sent: Sent): Attempted => {
    const at = now();
    if ('givenUp' in sent) return { state: 'failed', outcome: sent.givenUp, nextAt: at + failedKeptMillis };
    const verdict = judgeDelivery(sent.answer, (at - row.begunAt) / 1000, jitter());
    const { outcome } = sent;
    switch (verdict.state) {
      case 'pending':
        return { state: 'pending', outcome, nextAt: at + verdict.retryInSeconds * 1000 };
      case 'delivered':
        return { state: 'delivered', outcome, nextAt: at + deliveredKeptMillis };
      case 'failed':
        return { state: 'failed', outcome, nextAt: at + failedKeptMillis };
    }
  };

  return async (id, attempts) => {
    const row = await deliveries.claim(id, attempts, now(), leaseMillis);
    if (row === undefined) return;
    const sent = await (row.clientId === '' ? toIdentityProvider(row) : toClient(row)).catch(unsent);
    const attempted = judge(row, sent);
    await deliveries.settle(id, row.attempts, attempted);
    count(attempted.state);
    if (attempted.state === 'failed') {
      const { clientId, sessionId } = row;
      log.warn({ delivery: id, clientId, sid: sessionId, outcome: attempted.outcome }, 'a logout notification failed');
    }
  };
}

async function answered(ask: () => Promise<number>): Promise<Sent> {
  try {
    const answer = await ask();
    return { answer, outcome: String(answer) };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return error.reason === 'refused'
      ? { givenUp: 'we do not ask at that address' }
      : { answer: 'no_answer', outcome: 'no answer' };
  }
}

/** Our own trouble is no fault of the client's: it is tried again like a client that does not answer. */
const unsent = (error: unknown): Sent => ({
  answer: 'no_answer',
  outcome: `could not be signed: ${OAuthError.from(error).code}`,
});
