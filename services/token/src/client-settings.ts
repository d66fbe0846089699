// Reads what clients may be, and who may register them, out of the product's configuration.
import type { ClientMetadataPolicy, RegistrationPolicy } from '@cardea/oauth';
import { defaultClientScope, registrableGrantTypes } from '@cardea/oauth';
import type { Config } from '@cardea/service';
import type { HasherSettings } from './secret-hashes.js';
import { subjectTypesOf } from './features.js';

export interface ClientSettings {
  readonly metadata: ClientMetadataPolicy;
  readonly hashers: HasherSettings;
  /** Undefined while clients cannot register themselves. */
  readonly registration: RegistrationSettings | undefined;
}

export interface RegistrationSettings extends RegistrationPolicy {
  /** Registering needs one of these; without any, everybody may. */
  readonly initialAccessTokens: readonly string[];
}

export function clientSettings(config: Config): ClientSettings {
  const { oidc, oauth2, profile, dev } = config;
  const hydraCompat = profile === 'hydra-compat';
  const { enabled, defaultScope, initialAccessToken, allowedGrantTypes } = oidc.dynamicClientRegistration;
  const registration: RegistrationSettings = {
    initialAccessTokens: initialAccessToken,
    grantTypes: allowedGrantTypes ?? (hydraCompat ? undefined : registrableGrantTypes),
    insecureRedirects: dev,
    hydraCompat,
  };
  return {
    metadata: {
      subjectTypes: subjectTypesOf(config),
      defaultScope: defaultScope?.join(' ') ?? defaultClientScope,
      hydraCompat,
    },
    hashers: {
      algorithm: oauth2.hashers.algorithm,
      bcryptCost: oauth2.hashers.bcrypt.cost,
      pbkdf2Iterations: oauth2.hashers.pbkdf2.iterations,
    },
    registration: enabled ? registration : undefined,
  };
}
