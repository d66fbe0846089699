// What becomes of a back-channel logout notification after an attempt (OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8). Pure.

/** An HTTP status, or that there was no answer at all. */
export type DeliveryAnswer = number | 'no_answer';

/** Delivered, given up, or to be tried again after so many seconds. */
export type DeliveryVerdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'failed' }
  | { readonly state: 'pending'; readonly retryInSeconds: number };

/** A client that is just being restarted is back by the third attempt. */
const firstPauseSeconds = 1;
const longestPauseSeconds = 7_200;
/** How long a client that cannot answer is tried for. */
export const deliveryLifeSeconds = 86_400;

/** Answers that say "later" (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4), and servers in trouble; 501 will not change. */
const passing = (status: number) => [408, 425, 429].includes(status) || (status >= 500 && status !== 501);

/**
 * Judges an attempt. Pauses double, because each is as long as the time spent so far; jitter keeps a thousand clients of one
 * host from coming back together.
 *
 * @param ageSeconds since the first attempt was due
 * @param jitter between 0 and 1
 */
export function judgeDelivery(answer: DeliveryAnswer, ageSeconds: number, jitter: number): DeliveryVerdict {
  if (answer !== 'no_answer' && answer >= 200 && answer < 300) return { state: 'delivered' };
  if (answer !== 'no_answer' && !passing(answer)) return { state: 'failed' };
  const pause = Math.min(Math.max(ageSeconds, firstPauseSeconds), longestPauseSeconds) * (0.75 + jitter / 2);
  if (ageSeconds + pause > deliveryLifeSeconds) return { state: 'failed' };
  return { state: 'pending', retryInSeconds: pause };
}
