// POST /oauth2/introspect: what a token is worth to the client that asks (RFC 7662 §2).
import type { Route } from '@cardea/http';
import { callOptions, contextOf, noStore, plainJson, readForm, sendBytes, uniqueForm } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf, introspectionV1, tokenV1 } from '@cardea/rpc';
import type { ClientAddress } from '../client-address.js';

type IntrospectionClient = Pick<ClientOf<typeof tokenV1.TokenServiceService>, 'introspectToken'>;

const headers = { ...noStore, 'Content-Type': plainJson };
const inactive = Buffer.from('{"active":false}');

export function introspectionRoutes(token: IntrospectionClient, addressOf: ClientAddress): Route[] {
  return [
    {
      path: '/oauth2/introspect',
      oauth: true,
      post: async (request, response) => {
        const { verdict } = await token.introspectToken(
          {
            authorization: request.headers.authorization ?? '',
            parameters: [...uniqueForm(await readForm(request))],
            requestId: contextOf(request).requestId,
            clientAddress: addressOf(request),
          },
          callOptions(request, response),
        );
        if (verdict === undefined) throw new OAuthError('server_error');
        sendBytes(response, 200, headers, verdict.active ? document(verdict) : inactive);
      },
    },
  ];
}

/** JSON that the token service made is put in as it is. */
function document(token: introspectionV1.IntrospectResponse): Buffer {
  const text = JSON.stringify({
    active: true,
    ...(token.scope === '' ? {} : { scope: token.scope }),
    client_id: token.clientId,
    sub: token.subject,
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
  return Buffer.from(`${text.slice(0, -1)}${extra}${confirmation}}`);
}
