// The `sub` a client sees (OpenID Connect Core §8; pairwise values as Hydra computes them, so that they survive a move).
import { createHash } from 'node:crypto';
import { OAuthError } from './errors.js';

export interface SubjectClient {
  readonly subjectType: string;
  readonly sectorIdentifierUri: string;
  readonly redirectUris: readonly string[];
}

/**
 * The client's own name for a subject: the subject itself unless the client is pairwise.
 *
 * @param salt `oidc.subject_identifiers.pairwise.salt`; empty when the server offers no pairwise subjects
 * @param forced what the login app chose for this pairwise client; empty when it did not
 * @throws {OAuthError} invalid_request when it offers none, or the client's hosts name no single sector
 */
export function clientSubject(subject: string, client: SubjectClient, salt: string, forced: string): string {
  if (client.subjectType !== 'pairwise') return subject;
  if (salt === '') throw new OAuthError('invalid_request', 'This server offers no pairwise subjects.');
  if (forced !== '') return forced;
  const hosts = new Set(
    (client.sectorIdentifierUri === '' ? client.redirectUris : [client.sectorIdentifierUri]).map((uri) =>
      URL.canParse(uri) ? new URL(uri).host : '',
    ),
  );
  const [host, ...others] = hosts;
  if (host === undefined || host === '' || others.length > 0) {
    throw new OAuthError('invalid_request', 'The client is pairwise and has redirect URIs on several hosts.');
  }
  return createHash('sha256').update(host).update(subject).update(salt).digest('hex');
}
