// cardea.token.v1.TokenService: the token rooms in the words of the contract.
import type { Handlers } from '@cardea/rpc';
import type { tokenV1 } from '@cardea/rpc';
import type { IssueCredential } from '../credentials/issue-credential.js';
import type { Exchange } from '../exchange.js';
import type { IntrospectForClient } from '../introspect-for-client.js';
import type { Documents } from '../metadata.js';
import type { Revoke } from '../revoke.js';
import type { Userinfo } from '../userinfo.js';

export function createTokenHandlers(rooms: {
  exchange: Exchange;
  revoke: Revoke;
  userinfo: Userinfo;
  introspectForClient: IntrospectForClient;
  issueCredential: IssueCredential;
  documents: Documents;
}): Handlers<typeof tokenV1.TokenServiceService> {
  const { exchange, revoke, userinfo, introspectForClient, issueCredential, documents } = rooms;
  return {
    issueToken: exchange,
    async revokeToken(request) {
      await revoke(request);
      return {};
    },
    getUserinfo: (request, context) => userinfo(request.accessToken, context),
    introspectToken: async (request) => ({ verdict: await introspectForClient(request) }),
    issueCredential,
    getJsonWebKeySet: async () => ({ document: await documents.jsonWebKeySet() }),
    getProviderMetadata: async () => ({ document: await documents.providerMetadata() }),
  };
}
