// Answers cardea.keys.v1.SigningService: request to statement, statement to signature.
import type { CallContext, Handlers, signingV1 } from '@cardea/rpc';
import type { KeyRing } from '../key-ring.js';
import { accessTokenStatement } from '../policy/access-token.js';
import { credentialStatement } from '../policy/credential.js';
import { idTokenStatement } from '../policy/id-token.js';
import { logoutTokenStatement } from '../policy/logout-token.js';
import type { Quota } from '../policy/quota.js';
import type { Policy, Statement } from '../policy/statement.js';
import { userinfoStatement } from '../policy/userinfo.js';
import type { Signer } from '../signer.js';
import { broadcastMessage, publicKeyMessage } from './public-key.js';

export function signingHandlers(options: {
  policy: Policy;
  quota: Quota;
  sign: Signer;
  ring: KeyRing;
}): Handlers<typeof signingV1.SigningServiceService> {
  const { policy, quota, sign, ring } = options;
  const signed = async (statement: Statement, call: CallContext): Promise<{ jwt: string }> => {
    quota(call.caller, statement.purpose.name);
    return { jwt: await sign(statement, call) };
  };
  return {
    signIdToken: async (request, call) => signed(idTokenStatement(request, policy), call),
    signAccessToken: async (request, call) => signed(accessTokenStatement(request, policy), call),
    signUserinfo: async (request, call) => signed(userinfoStatement(request, policy), call),
    signLogoutToken: async (request, call) => signed(logoutTokenStatement(request, policy), call),
    signCredential: async (request, call) => signed(credentialStatement(request, policy), call),
    listPublicKeys: async () => ({
      keys: [...ring.published().map(publicKeyMessage), ...ring.broadcast().map(broadcastMessage)],
    }),
  };
}
