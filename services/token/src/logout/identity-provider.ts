// Ends the session that the identity provider has of the same login, by the admin API of Ory Kratos (hydra-wire §5.2).
import type { Config } from '@cardea/service';
import type { Outbound } from '../outbound/index.js';
import type { EndIdentityProviderSession } from './deliver.js';

const timeoutMillis = 10_000;
const mostAnswerBytes = 65_536;

/** Undefined when no identity provider is configured. */
export function createEndIdentityProviderSession(
  { url, headers }: Config['urls']['identityProvider'],
  outbound: Pick<Outbound, 'delete'>,
): EndIdentityProviderSession | undefined {
  if (url === undefined) return undefined;
  const base = url.replace(/\/+$/, '');
  const sent = Object.fromEntries(headers ?? []);
  return async (sessionId) => {
    const { status } = await outbound.delete(`${base}/admin/sessions/${encodeURIComponent(sessionId)}`, {
      headers: sent,
      maxBytes: mostAnswerBytes,
      timeoutMillis,
      purpose: 'identity provider logout',
      trust: 'operator',
    });
    return status;
  };
}
