// Reads the token rooms' settings out of the product's configuration; the only place that knows both spellings.
import type { AudienceRule, GrantPolicy, ProviderFeatures, TokenLifetimes } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import type { Config } from '@cardea/service';
import { ConfigError, required } from '@cardea/service';
import { providerFeatures } from './features.js';

export interface TokenSettings {
  readonly issuer: string;
  /** Base of the public API, without a slash at its end. */
  readonly publicUrl: string;
  /** The token endpoint, by every name it has. */
  readonly endpoints: readonly string[];
  readonly lifetimes: TokenLifetimes;
  readonly features: ProviderFeatures;
  readonly policy: GrantPolicy;
  readonly hooks: { readonly token: HookSettings | undefined; readonly refresh: HookSettings | undefined };
  readonly claims: ClaimSettings;
  /** Whom assertions may name as their audience: of clients, and of trusted issuers. */
  readonly audiences: { readonly client: AudienceRule; readonly grant: AudienceRule };
  /** `oauth2.grant.jwt`. */
  readonly assertions: AssertionSettings;
  readonly accessTokenStrategy: 'opaque' | 'jwt';
  readonly accessTokenFormat: signingV1.AccessTokenFormat;
  readonly tokenPrefix: string;
  readonly hydraCompat: boolean;
}

/** How claims of the consent app and of hooks stand in JWT access tokens; what hooks are told of it. */
export interface ClaimSettings {
  readonly issuer: string;
  readonly topLevel: readonly string[];
  readonly mirrored: boolean;
  readonly preserved: boolean;
  readonly excludeNotBefore: boolean;
}

/** A hook's address, and how we say who we are. */
export type HookSettings = NonNullable<Config['oauth2']['tokenHook']>;

/** What assertions of trusted issuers must say. */
export interface AssertionSettings {
  readonly jtiOptional: boolean;
  readonly iatOptional: boolean;
  readonly longestMillis: number;
  readonly audienceKept: boolean;
}

const audiences: Readonly<Record<Config['profile'], TokenSettings['audiences']>> = {
  standard: { client: 'only', grant: 'only' },
  'hydra-compat': { client: 'among', grant: 'among' },
  oauth21: { client: 'issuer', grant: 'only' },
};

export function tokenSettings(config: Config): TokenSettings {
  const { urls, ttl, oauth2, strategies, profile } = config;
  const issuer = required(urls.self.issuer, 'urls.self.issuer');
  const hydraCompat = profile === 'hydra-compat';
  const format = oauth2.accessTokenFormat ?? (hydraCompat ? 'hydra' : 'rfc9068');
  const publicUrl = (urls.self.public ?? issuer).replace(/\/+$/, '');
  return {
    issuer,
    publicUrl,
    endpoints: tokenEndpoints(config, publicUrl, issuer),
    features: providerFeatures(config),
    lifetimes: { access: ttl.accessToken, id: ttl.idToken, refresh: ttl.refreshToken },
    policy: {
      scopeStrategy: strategies.scope,
      pkceRequired: oauth2.pkce.enforced || profile === 'oauth21',
      pkceRequiredForPublicClients: oauth2.pkce.enforcedForPublicClients ?? !hydraCompat,
      rotationGraceMillis: oauth2.grant.refreshToken.rotationGracePeriod,
      rotationReuseCount: oauth2.grant.refreshToken.rotationGraceReuseCount,
      defaultScopes: oauth2.clientCredentials.defaultGrantAllowedScope,
      hydraCompat,
    },
    hooks: { token: oauth2.tokenHook, refresh: oauth2.refreshTokenHook },
    claims: {
      issuer,
      topLevel: oauth2.allowedTopLevelClaims,
      mirrored: oauth2.mirrorTopLevelClaims,
      preserved: oauth2.preserveExtClaims,
      excludeNotBefore: oauth2.excludeNotBeforeClaim,
    },
    audiences: audiences[profile],
    assertions: {
      jtiOptional: oauth2.grant.jwt.jtiOptional,
      iatOptional: oauth2.grant.jwt.iatOptional,
      longestMillis: oauth2.grant.jwt.maxTtl,
      audienceKept: !oauth2.grant.jwt.omitAssertionAudience,
    },
    accessTokenStrategy: strategies.accessToken,
    accessTokenFormat: format === 'hydra' ? signingV1.AccessTokenFormat.HYDRA : signingV1.AccessTokenFormat.RFC9068,
    tokenPrefix: oauth2.tokenPrefix,
    hydraCompat,
  };
}

/** Hydra's own lower bound; below it a secret can be guessed. */
const shortestSystemSecret = 16;

/** `secrets.system`, newest first. @throws {ConfigError} when there is none, or a weak one */
export function systemSecrets(config: Config): readonly string[] {
  const secrets = required(config.secrets.system, 'secrets.system');
  const weak = secrets.findIndex((secret) => secret.length < shortestSystemSecret);
  if (weak < 0) return secrets;
  const minimum = String(shortestSystemSecret);
  throw new ConfigError(`secrets.system[${String(weak)}] is shorter than ${minimum} characters; take 32 random ones`);
}

/** The token endpoint as discovery tells it, and as clients may derive it from the issuer or the public URL. */
function tokenEndpoints({ webfinger }: Config, ...bases: readonly string[]): readonly string[] {
  const announced = webfinger.oidcDiscovery.tokenUrl;
  const derived = bases.map((base) => `${base.replace(/\/+$/, '')}/oauth2/token`);
  return [...new Set([...(announced === undefined ? [] : [announced]), ...derived])];
}
