// Who a subject is to a client, here where settings and the subjects that login apps forced are known
// (OpenID Connect Core §8, hydra-wire §3.11).
import { clientSubject } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { AuthorizationContext, AuthorizationSettings } from './context.js';

/**
 * The client's name for a subject.
 *
 * @param forced what the login app chose in this flow; empty when it did not
 * @throws {OAuthError} invalid_request when the client is pairwise and cannot be
 */
export function subjectFor(
  settings: Pick<AuthorizationSettings, 'pairwiseSalt' | 'accessTokenStrategy' | 'hydraCompat'>,
  subject: string,
  client: clientV1.Client,
  forced: string,
): string {
  const strategy = client.accessTokenStrategy === '' ? settings.accessTokenStrategy : client.accessTokenStrategy;
  // Hydra's relying parties with JWTs know the subjects themselves; another name would be another person to them.
  if (settings.hydraCompat && strategy === 'jwt') return subject;
  return clientSubject(subject, client, settings.pairwiseSalt, forced);
}

/** Whether a `sub` that a client sent back means this subject: by its name for it, ours, or one that was forced before. */
export async function namesSubject(
  context: Pick<AuthorizationContext, 'settings' | 'forcedSubjects'>,
  named: string,
  subject: string,
  client: clientV1.Client,
): Promise<boolean> {
  if (named === subject) return true;
  if (client.subjectType !== 'pairwise') return false;
  if (named === clientSubject(subject, client, context.settings.pairwiseSalt, '')) return true;
  return (await context.forcedSubjects.find(client.clientId, subject)) === named;
}
