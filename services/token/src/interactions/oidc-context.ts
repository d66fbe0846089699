// What the login and consent app learn of the request beside scopes (Hydra's `oidc_context`).
import type { AuthorizationRequest } from '@cardea/oauth';
import { wantedAcr } from '@cardea/oauth';
import type { clientV1, interactionV1 } from '@cardea/rpc';
import { hintClaims } from '../authorize/hint.js';

/** Classes wanted by `acr_values`, by `claims`, or else by the client's registration (OpenID Connect Core §5.5.1.1). */
function acrValues(asked: AuthorizationRequest, client: clientV1.Client): string[] {
  const wanted = new Set([...asked.acrValues, ...wantedAcr(asked.claims)]);
  return wanted.size === 0 ? client.defaultAcrValues : [...wanted];
}

export function oidcContext(asked: AuthorizationRequest, client: clientV1.Client): interactionV1.OidcContext {
  return {
    acrValues: acrValues(asked, client),
    uiLocales: [...asked.uiLocales],
    display: asked.display,
    loginHint: asked.loginHint,
    idTokenHintClaimsJson: hintClaims(asked.idTokenHint),
    claimsJson: Buffer.from(asked.claims?.json ?? ''),
  };
}
