// DELETE /admin/oauth2/tokens: Hydra's way, the access tokens of a client; and ours, everything that was issued to a client or for a
// person in an interval (hydra-wire §2.7; security catalogue D27).
import type { FormParameter, Handler, Route } from '@cardea/http';
import { readQuery, sendEmpty, valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf, clientV1, sessionV1 } from '@cardea/rpc';
import { instantOf } from '../instant-parameter.js';
import { patientCallOptions } from '../patience.js';

interface Services {
  readonly clients: Pick<ClientOf<typeof clientV1.ClientServiceService>, 'revokeClientTokens'>;
  readonly sessions: Pick<ClientOf<typeof sessionV1.SessionServiceService>, 'revokeIssuedTokens'>;
}

export function tokenRoutes({ clients, sessions }: Services): Route[] {
  const revoke: Handler = async (request, response) => {
    const query = readQuery(request);
    const clientId = nameOf(query, 'client_id');
    const subject = nameOf(query, 'subject');
    const issuedAfter = instantOf(query, 'issued_after');
    const issuedBefore = instantOf(query, 'issued_before');
    const options = patientCallOptions(request, response);
    if (subject !== '' || issuedAfter !== undefined || issuedBefore !== undefined) {
      await sessions.revokeIssuedTokens({ clientId, subject, issuedAfter, issuedBefore }, options);
    } else {
      if (clientId === '') throw new OAuthError('invalid_request', 'The parameter client_id is missing.');
      await clients.revokeClientTokens({ clientId }, options);
    }
    sendEmpty(response, 204);
  };
  return [{ path: '/admin/oauth2/tokens', delete: revoke }];
}

/** What is there and empty is a slip, of a script whose variable was not set: it must not end more than was meant. */
function nameOf(query: readonly FormParameter[], name: string): string {
  const text = valueOf(query, name);
  if (text === '') throw new OAuthError('invalid_request', `The parameter ${name} is empty.`);
  return text ?? '';
}
