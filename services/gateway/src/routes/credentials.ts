// POST /credentials: verifiable credentials about the end user of an access token (hydra-wire §1.7).
import type { Route } from '@cardea/http';
import { callOptions, contextOf, neverStored, plainJson, readBody, sendBytes } from '@cardea/http';
import type { ClientOf, tokenV1 } from '@cardea/rpc';

type CredentialClient = Pick<ClientOf<typeof tokenV1.TokenServiceService>, 'issueCredential'>;

/** Bytes of a request: a proof, and little else. */
const limit = 64 * 1024;

export function credentialRoutes(token: CredentialClient): Route[] {
  return [
    {
      path: '/credentials',
      cors: 'clients',
      post: async (request, response) => {
        const headers = { ...neverStored(response), 'Content-Type': plainJson };
        const bodyJson = await readBody(request, limit);
        const accessToken = /^bearer +(.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim() ?? '';
        const { credential, proofNeeded } = await token.issueCredential(
          { accessToken, bodyJson, requestId: contextOf(request).requestId },
          callOptions(request, response),
        );
        if (proofNeeded === undefined) {
          const document = { format: 'jwt_vc_json', credential_draft_00: credential };
          return sendBytes(response, 200, headers, Buffer.from(JSON.stringify(document)));
        }
        const { error, errorDescription, nonce, nonceExpiresInSeconds } = proofNeeded;
        const document = {
          format: 'jwt_vc',
          c_nonce: nonce,
          c_nonce_expires_in: nonceExpiresInSeconds,
          error,
          error_description: errorDescription,
        };
        sendBytes(response, 400, headers, Buffer.from(JSON.stringify(document)));
      },
    },
  ];
}
