// What the login and consent app learn of the request beside scopes (Hydra's `oidc_context`).
import type { AuthorizationRequest } from '@cardea/oauth';
import type { interactionV1 } from '@cardea/rpc';
import { hintClaims } from '../authorize/hint.js';

export function oidcContext(asked: AuthorizationRequest): interactionV1.OidcContext {
  return {
    acrValues: [...asked.acrValues],
    uiLocales: [...asked.uiLocales],
    display: asked.display,
    loginHint: asked.loginHint,
    idTokenHintClaimsJson: hintClaims(asked.idTokenHint),
  };
}
