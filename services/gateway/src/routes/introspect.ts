// POST /oauth2/introspect: what a token is worth to the client that asks (RFC 7662 §2).
import type { Route } from '@cardea/http';
import { noStore, plainJson, readForm, sendBytes, uniqueForm } from '@cardea/http';
import { inactiveDocument, introspectionDocument, OAuthError } from '@cardea/oauth';
import type { ClientOf, tokenV1 } from '@cardea/rpc';
import type { ClientCall } from '../client-call.js';

type IntrospectionClient = Pick<ClientOf<typeof tokenV1.TokenServiceService>, 'introspectToken'>;

const headers = { ...noStore, 'Content-Type': plainJson };

export function introspectionRoutes(token: IntrospectionClient, call: ClientCall): Route[] {
  return [
    {
      path: '/oauth2/introspect',
      oauth: true,
      post: async (request, response) => {
        const parameters = uniqueForm(await readForm(request));
        const { verdict } = await call(request, response, parameters, (asked, options) =>
          token.introspectToken(asked, options),
        );
        if (verdict === undefined) throw new OAuthError('server_error');
        // The pairwise subject beside the other is for operators.
        const told = { ...verdict, obfuscatedSubject: '' };
        sendBytes(response, 200, headers, verdict.active ? introspectionDocument(told) : inactiveDocument);
      },
    },
  ];
}
