// Signs what is posted to the webhook, so that its receiver can tell it from anybody else's: Standard Webhooks 1.0, HMAC-SHA-256.
import { createHmac } from 'node:crypto';

/** A secret as it is written there: `whsec_` and base64; anything else stands for itself. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);

/** @param seconds since the epoch */
export function webhookHeaders(
  secret: string,
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
): Readonly<Record<string, string>> {
  const signed = `${id}.${String(seconds)}.${body}`;
  const signature = createHmac('sha256', keyOf(secret)).update(signed).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
