// Discovery and JWKS as the exact bytes to serve, rebuilt only when the keys change (ARCHITECTURE §9.9; RFC 7517 §5).
import type { ProviderFeatures } from '@cardea/oauth';
import {
  authenticationMethods,
  defaultClientScope,
  grantTypes,
  hmacAlgorithms,
  idTokenClaimNames,
  jwsAlgorithms,
  providerMetadata,
} from '@cardea/oauth';
import type { signingV1 } from '@cardea/rpc';
import type { PublicKeys } from './public-keys.js';
import { idTokenKeySet } from './public-keys.js';

export interface Documents {
  /** @throws {OAuthError} temporarily_unavailable while the keys are not known */
  jsonWebKeySet(): Promise<Buffer>;
  /** @throws {OAuthError} temporarily_unavailable while the keys are not known */
  providerMetadata(): Promise<Buffer>;
}

/** Claims of ID tokens that mean something to a relying party. */
const claimsSupported = idTokenClaimNames.filter(
  (name) => !['nbf', 'c_hash', 's_hash', 'events', 'cnf', 'azp'].includes(name),
);

export function createDocuments(options: {
  keys: PublicKeys;
  issuer: string;
  publicUrl: string;
  features: ProviderFeatures;
}): Documents {
  const { keys, issuer, publicUrl, features } = options;

  /** Remembers what it built until the keys change. */
  const once = (build: () => Promise<unknown>): (() => Promise<Buffer>) => {
    let built: { version: number; bytes: Buffer } | undefined;
    return async () => {
      if (built?.version === keys.version()) return built.bytes;
      const document = await build();
      built = { version: keys.version(), bytes: Buffer.from(`${JSON.stringify(document)}\n`) };
      return built.bytes;
    };
  };

  return {
    jsonWebKeySet: once(async () => {
      const seen = new Set<string>();
      const published = (await keys.all()).filter(({ keyId }) => !seen.has(keyId) && seen.add(keyId));
      return { keys: published.map((key: signingV1.PublicKey) => JSON.parse(key.jwkJson) as unknown) };
    }),
    providerMetadata: once(async () => {
      const current = await keys.currentAlgorithms(idTokenKeySet);
      return providerMetadata({
        issuer,
        publicUrl,
        grantTypes: [...grantTypes, 'implicit'],
        authenticationMethods,
        assertionAlgorithms: [...jwsAlgorithms.keys(), ...hmacAlgorithms],
        // RS256 stands first where there is one: some clients take the first.
        idTokenAlgorithms: [...current].sort((a, b) => Number(b === 'RS256') - Number(a === 'RS256')),
        features,
        scopes: defaultClientScope.split(' '),
        claims: claimsSupported,
      });
    }),
  };
}
