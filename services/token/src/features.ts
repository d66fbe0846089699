// What of the authorization endpoint is switched on, for discovery to promise and nothing else.
import type { Announced, ProviderFeatures } from '@cardea/oauth';
import { jwsAlgorithms, parseResponseType, responseTypes } from '@cardea/oauth';
import type { Config } from '@cardea/service';

/** Kinds of subjects there are, the one that clients get by default first. Hydra has no pairwise ones beside JWTs. */
export function subjectTypesOf({ profile, oidc, strategies }: Config): readonly string[] {
  const enabled = ['public', 'pairwise'].filter((type) => oidc.subjectIdentifiers.supportedTypes.includes(type));
  return profile === 'hydra-compat' && strategies.accessToken === 'jwt' ? ['public'] : enabled;
}

export function providerFeatures(config: Config): ProviderFeatures {
  const { profile, oidc } = config;
  const hydraCompat = profile === 'hydra-compat';
  const { byValue, byReference } = oidc.requestObjects;
  return {
    responseTypes:
      profile === 'oauth21'
        ? responseTypes.filter((type) => parseResponseType(type)?.includes('token') === false)
        : responseTypes,
    subjectTypes: subjectTypesOf(config),
    requestByValue: byValue,
    requestByReference: byReference,
    requestObjectAlgorithms: [...jwsAlgorithms.keys(), ...(hydraCompat ? ['none'] : [])],
    announced: announced(config),
    registration: oidc.dynamicClientRegistration.enabled,
    sessionManagement: oidc.sessionManagement.enabled ?? !hydraCompat,
  };
}

/** `webfinger.oidc_discovery`, by the names of the document. */
function announced({ webfinger, oidc, profile }: Config): Announced {
  const said = webfinger.oidcDiscovery;
  const endpoints = {
    authorization_endpoint: said.authUrl,
    token_endpoint: said.tokenUrl,
    userinfo_endpoint: said.userinfoUrl,
    jwks_uri: said.jwksUrl,
    device_authorization_endpoint: said.deviceAuthorizationUrl,
    // Nobody is sent to register where nobody may.
    registration_endpoint: oidc.dynamicClientRegistration.enabled ? said.clientRegistrationUrl : undefined,
  };
  return {
    endpoints: Object.fromEntries(
      Object.entries(endpoints).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    scopes: said.supportedScope,
    claims: said.supportedClaims,
    hydraMembers: profile === 'hydra-compat',
  };
}
