// Reads the authorization rooms' settings out of the product's configuration; the only place that knows both spellings.
import type { Config } from '@cardea/service';
import { required } from '@cardea/service';
import type { AuthorizationSettings } from './context.js';

const seconds = (millis: number) => Math.max(1, Math.floor(millis / 1000));

/** Clients that are still registered as pairwise where that is off are refused, never given the real subject. */
function pairwiseSalt({ oidc }: Config): string {
  const { supportedTypes, pairwise } = oidc.subjectIdentifiers;
  return supportedTypes.includes('pairwise') ? (pairwise.salt ?? '') : '';
}

/** Where pages are not configured, our own fallbacks say what to configure. */
export function authorizationSettings(config: Config): AuthorizationSettings {
  const { urls, ttl, serve, oauth2, profile } = config;
  const issuer = required(urls.self.issuer, 'urls.self.issuer');
  const publicUrl = (urls.self.public ?? issuer).replace(/\/+$/, '');
  const fallback = (page: string) => `${publicUrl}/oauth2/fallbacks/${page}`;
  const login = urls.login ?? fallback('login');
  return {
    issuer,
    publicUrl,
    authorizationUrl: config.webfinger.oidcDiscovery.authUrl ?? `${publicUrl}/oauth2/auth`,
    pages: {
      login,
      registration: urls.registration ?? login,
      consent: urls.consent ?? fallback('consent'),
      logout: urls.logout ?? fallback('logout'),
      afterLogout: urls.postLogoutRedirect ?? fallback('logout/callback'),
    },
    interactionSeconds: seconds(ttl.loginConsentRequest),
    sessionSeconds: seconds(ttl.authenticationSession),
    codeSeconds: seconds(ttl.authCode),
    policy: {
      scopeStrategy: config.strategies.scope,
      pkceRequired: oauth2.pkce.enforced || profile === 'oauth21',
      pkceRequiredForPublicClients: oauth2.pkce.enforcedForPublicClients ?? profile !== 'hydra-compat',
      minStateLength: profile === 'hydra-compat' ? 8 : 0,
      minNonceLength: profile === 'hydra-compat' ? 8 : 0,
      frontChannelTokens: profile !== 'oauth21',
      insecureRedirects: config.dev,
    },
    requestObjects: {
      ...config.oidc.requestObjects,
      merge: profile === 'hydra-compat' ? 'hydra' : profile === 'oauth21' ? 'jar' : 'oidc',
      unsigned: profile === 'hydra-compat',
    },
    cookieNames: serve.cookies.names,
    sessionManagement: config.oidc.sessionManagement.enabled ?? profile !== 'hydra-compat',
    pairwiseSalt: pairwiseSalt(config),
    identityProviderUrl: urls.identityProvider.url,
    auditsDecisions: oauth2.auditDecisions,
    logoutRevokesTokens: config.oidc.logout.revokeTokens,
    accessTokenStrategy: config.strategies.accessToken,
    hydraCompat: profile === 'hydra-compat',
  };
}
