// POST /admin/oauth2/introspect: what a token is worth, or `{"active":false}` and nothing else (RFC 7662 §2.2,
// hydra-wire §2.7).
import type { Route } from '@cardea/http';
import { callOptions, noStore, oauthJson, readForm, sendBytes, uniqueForm, valueOf } from '@cardea/http';
import { inactiveDocument, introspectionDocument, OAuthError } from '@cardea/oauth';
import type { ClientOf, introspectionV1 } from '@cardea/rpc';

type Introspection = Pick<ClientOf<typeof introspectionV1.IntrospectionServiceService>, 'introspect'>;

const headers = { ...noStore, 'Content-Type': oauthJson };

export function introspectionRoutes(introspection: Introspection): Route[] {
  return [
    {
      path: '/admin/oauth2/introspect',
      oauth: true,
      quiet: true,
      post: async (request, response) => {
        const form = uniqueForm(await readForm(request));
        if (form.length === 0) throw new OAuthError('invalid_request', 'The parameter token is missing.');
        const token = valueOf(form, 'token') ?? '';
        // Nothing is a token that nobody issued.
        if (token === '') return sendBytes(response, 200, headers, inactiveDocument);
        const answer = await introspection.introspect(
          {
            token,
            tokenTypeHint: valueOf(form, 'token_type_hint') ?? '',
            requiredScopes: (valueOf(form, 'scope') ?? '').split(' ').filter((scope) => scope !== ''),
          },
          callOptions(request, response),
        );
        sendBytes(response, 200, headers, answer.active ? introspectionDocument(answer) : inactiveDocument);
      },
    },
  ];
}
