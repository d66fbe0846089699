// Answers cardea.keys.v1.SigningService: request to statement, statement to signature.
import type { Handlers } from '@cardea/rpc';
import type { signingV1 } from '@cardea/rpc';
import type { KeyRing } from '../key-ring.js';
import { accessTokenStatement } from '../policy/access-token.js';
import { credentialStatement } from '../policy/credential.js';
import { idTokenStatement } from '../policy/id-token.js';
import { logoutTokenStatement } from '../policy/logout-token.js';
import type { Policy } from '../policy/statement.js';
import { userinfoStatement } from '../policy/userinfo.js';
import type { Signer } from '../signer.js';
import { broadcastMessage, publicKeyMessage } from './public-key.js';

export function signingHandlers(options: {
  policy: Policy;
  sign: Signer;
  ring: KeyRing;
}): Handlers<typeof signingV1.SigningServiceService> {
  const { policy, sign, ring } = options;
  return {
    signIdToken: async (request, call) => ({ jwt: await sign(idTokenStatement(request, policy), call) }),
    signAccessToken: async (request, call) => ({
      jwt: await sign(accessTokenStatement(request, policy), call),
    }),
    signUserinfo: async (request, call) => ({ jwt: await sign(userinfoStatement(request, policy), call) }),
    signLogoutToken: async (request, call) => ({
      jwt: await sign(logoutTokenStatement(request, policy), call),
    }),
    signCredential: async (request, call) => ({ jwt: await sign(credentialStatement(request, policy), call) }),
    listPublicKeys: async () => ({
      keys: [...ring.published().map(publicKeyMessage), ...ring.broadcast().map(broadcastMessage)],
    }),
  };
}
