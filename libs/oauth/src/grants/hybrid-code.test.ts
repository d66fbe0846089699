// A code that came with an ID token or access token keeps its hash in the next ID token, as Hydra's clients see it
// (OpenID Connect Core §3.3.3.6).
import { expect, test } from '@jest/globals';
import type { CodeContent } from '../authorization.js';
import { decideAuthorizationCode } from './authorization-code.js';

const authorization: CodeContent['authorization'] = {
  grantId: 'g',
  clientId: 'app',
  subject: 's',
  clientSubject: 's',
  scopes: ['openid'],
  audience: [],
  sessionId: '',
  authenticatedAt: 1,
  requestedAt: 1,
  acr: '',
  amr: [],
  nonce: '',
  proof: { kind: 'none' },
  accessTokenClaims: {},
  idTokenClaims: {},
};

test.each([
  [true, 'the-code'],
  [undefined, undefined],
])('hybrid %s: the ID token vouches for %s', (hybrid, expected) => {
  const content = { authorization, redirectUri: '', codeChallenge: '', ...(hybrid === true && { hybrid }) };
  const decision = decideAuthorizationCode({
    client: {
      clientId: 'app',
      grantTypes: ['authorization_code'],
      scope: 'openid',
      audience: [],
      tokenEndpointAuthMethod: 'client_secret_basic',
    },
    parameters: new Map([['code', 'the-code']]),
    presented: { clientId: 'app', expiresAt: 100, used: false, wrongVerifiers: 0, standing: true, content },
    policy: {
      scopeStrategy: 'exact',
      pkceRequired: false,
      pkceRequiredForPublicClients: true,
      rotationGraceMillis: 0,
      rotationReuseCount: 0,
      defaultScopes: false,
      hydraCompat: false,
    },
    now: 1000,
  });
  expect(decision).toMatchObject({ kind: 'issue', idToken: true });
  expect(decision.kind === 'issue' ? decision.code : 'none').toBe(expected);
});
