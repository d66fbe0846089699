// POST /oauth2/token and /oauth2/revoke: the form goes to the token service as it came, the answer comes back as one
// Buffer (RFC 6749 §3.2 and §5.1, RFC 7009 §2).
import type { Route } from '@cardea/http';
import { noStore, oauthJson, readForm, sendBytes, sendEmpty, uniqueForm } from '@cardea/http';
import type { ClientOf, tokenV1 } from '@cardea/rpc';
import type { ClientCall } from '../client-call.js';

type TokenClient = Pick<ClientOf<typeof tokenV1.TokenServiceService>, 'issueToken' | 'revokeToken'>;

/** The one token parameter that may repeat (hydra-wire §1.3, security catalogue A04). */
const repeatable = ['audience'];
const headers = { ...noStore, 'Content-Type': oauthJson };

export function tokenRoutes(token: TokenClient, call: ClientCall): Route[] {
  return [
    {
      path: '/oauth2/token',
      cors: 'clients',
      oauth: true,
      post: async (request, response) => {
        const parameters = uniqueForm(await readForm(request), repeatable);
        const issued = await call(request, response, parameters, (asked, options) => token.issueToken(asked, options));
        sendBytes(response, 200, headers, tokenDocument(issued));
      },
    },
    {
      path: '/oauth2/revoke',
      cors: 'clients',
      oauth: true,
      post: async (request, response) => {
        const parameters = uniqueForm(await readForm(request));
        await call(request, response, parameters, (asked, options) => token.revokeToken(asked, options));
        sendEmpty(response, 200, noStore);
      },
    },
  ];
}

/** RFC 6749 §5.1; `scope` always stands there, even empty, because Hydra's clients expect it. */
function tokenDocument(issued: tokenV1.IssueTokenResponse): Buffer {
  return Buffer.from(
    JSON.stringify({
      access_token: issued.accessToken,
      ...(issued.credentialNonce === ''
        ? {}
        : {
            c_nonce_draft_00: issued.credentialNonce,
            c_nonce_expires_in_draft_00: issued.credentialNonceExpiresInSeconds,
          }),
      expires_in: issued.expiresInSeconds,
      ...(issued.idToken === '' ? {} : { id_token: issued.idToken }),
      ...(issued.refreshToken === '' ? {} : { refresh_token: issued.refreshToken }),
      scope: issued.scope,
      token_type: issued.tokenType,
    }),
  );
}
