// POST /admin/oauth2/introspect: what a token is worth, or `{"active":false}` and nothing else (RFC 7662 §2.2,
// hydra-wire §2.7).
import type { Route } from '@cardea/http';
import { callOptions, noStore, oauthJson, readForm, sendBytes, uniqueForm, valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf, introspectionV1 } from '@cardea/rpc';

type Introspection = Pick<ClientOf<typeof introspectionV1.IntrospectionServiceService>, 'introspect'>;

const headers = { ...noStore, 'Content-Type': oauthJson };
const inactive = Buffer.from('{"active":false}');

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
        if (token === '') return sendBytes(response, 200, headers, inactive);
        const answer = await introspection.introspect(
          {
            token,
            tokenTypeHint: valueOf(form, 'token_type_hint') ?? '',
            requiredScopes: (valueOf(form, 'scope') ?? '').split(' ').filter((scope) => scope !== ''),
          },
          callOptions(request, response),
        );
        sendBytes(response, 200, headers, answer.active ? introspectionDocument(answer) : inactive);
      },
    },
  ];
}

/** The answer for a live token. JSON that the token service made is put in as it is. */
function introspectionDocument(token: introspectionV1.IntrospectResponse): Buffer {
  const document = JSON.stringify({
    active: true,
    ...(token.scope === '' ? {} : { scope: token.scope }),
    client_id: token.clientId,
    sub: token.subject,
    ...(token.obfuscatedSubject === '' ? {} : { obfuscated_subject: token.obfuscatedSubject }),
    // Zero means that it never expires.
    ...(token.expiresAt === 0 ? {} : { exp: token.expiresAt }),
    iat: token.issuedAt,
    nbf: token.notBefore,
    aud: token.audience,
    iss: token.issuer,
    token_type: 'Bearer',
    token_use: token.tokenUse,
    ...(token.acr === '' ? {} : { acr: token.acr }),
    ...(token.authTime === 0 ? {} : { auth_time: token.authTime }),
  });
  const extra = token.extraJson.length === 0 ? '' : `,"ext":${token.extraJson.toString('utf8')}`;
  const confirmation = token.confirmationJson.length === 0 ? '' : `,"cnf":${token.confirmationJson.toString('utf8')}`;
  return Buffer.from(`${document.slice(0, -1)}${extra}${confirmation}}`);
}
