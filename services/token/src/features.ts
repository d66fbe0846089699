// What of the authorization endpoint is switched on, for discovery to promise and nothing else.
import type { ProviderFeatures } from '@cardea/oauth';
import { jwsAlgorithms, parseResponseType, responseTypes } from '@cardea/oauth';
import type { Config } from '@cardea/service';

export function providerFeatures({ profile, oidc }: Config): ProviderFeatures {
  const hydraCompat = profile === 'hydra-compat';
  const { byValue, byReference } = oidc.requestObjects;
  return {
    responseTypes:
      profile === 'oauth21'
        ? responseTypes.filter((type) => parseResponseType(type)?.includes('token') === false)
        : responseTypes,
    subjectTypes: oidc.subjectIdentifiers.supportedTypes,
    requestByValue: byValue,
    requestByReference: byReference,
    requestObjectAlgorithms: [...jwsAlgorithms.keys(), ...(hydraCompat ? ['none'] : [])],
    registration: oidc.dynamicClientRegistration.enabled,
    sessionManagement: oidc.sessionManagement.enabled ?? !hydraCompat,
  };
}
