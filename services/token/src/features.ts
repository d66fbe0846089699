// What of the authorization endpoint is switched on, for discovery to promise and nothing else.
import type { ProviderFeatures } from '@cardea/oauth';
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
    registration: oidc.dynamicClientRegistration.enabled,
    sessionManagement: oidc.sessionManagement.enabled ?? !hydraCompat,
  };
}
