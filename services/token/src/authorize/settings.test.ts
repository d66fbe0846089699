// From the product's configuration to the flow's settings: defaults, fallbacks and profiles.
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { authorizationSettings } from './settings.js';

const read = (env: Record<string, string>) =>
  authorizationSettings(loadConfig({ env: { URLS_SELF_ISSUER: 'https://as.test/', ...env } }));

describe('authorizationSettings', () => {
  test('by default: our own pages, no rule about state, PKCE for public clients', () => {
    expect(read({})).toMatchObject({
      issuer: 'https://as.test/',
      publicUrl: 'https://as.test',
      authorizationUrl: 'https://as.test/oauth2/auth',
      pages: {
        login: 'https://as.test/oauth2/fallbacks/login',
        registration: 'https://as.test/oauth2/fallbacks/login',
        consent: 'https://as.test/oauth2/fallbacks/consent',
        logout: 'https://as.test/oauth2/fallbacks/logout',
        afterLogout: 'https://as.test/oauth2/fallbacks/logout/callback',
      },
      interactionSeconds: 1800,
      codeSeconds: 600,
      policy: { pkceRequired: false, pkceRequiredForPublicClients: true, minStateLength: 0, insecureRedirects: false },
      cookieNames: {
        loginCsrf: 'ory_hydra_login_csrf',
        consentCsrf: 'ory_hydra_consent_csrf',
        session: 'ory_hydra_session',
      },
      hydraCompat: false,
    });
  });

  test('as configured', () => {
    const settings = read({
      URLS_LOGIN: 'https://ui.test/login',
      PROFILE: 'hydra-compat',
      TTL_AUTH_CODE: '30s',
      DEV: 'true',
    });
    expect(settings.pages).toMatchObject({ login: 'https://ui.test/login', registration: 'https://ui.test/login' });
    expect(settings).toMatchObject({
      codeSeconds: 30,
      hydraCompat: true,
      policy: { minStateLength: 8, minNonceLength: 8, insecureRedirects: true, pkceRequiredForPublicClients: false },
      requestObjects: { byValue: true, byReference: true, merge: 'hydra', unsigned: true },
      sessionManagement: false,
      pairwiseSalt: '',
    });
    const strict = { PROFILE: 'hydra-compat', OAUTH2_PKCE_ENFORCED_FOR_PUBLIC_CLIENTS: 'true' };
    expect(read(strict).policy.pkceRequiredForPublicClients).toBe(true);
    const pairwise = { OIDC_SUBJECT_IDENTIFIERS_SUPPORTED_TYPES: 'public,pairwise' };
    expect(read({ ...pairwise, OIDC_SUBJECT_IDENTIFIERS_PAIRWISE_SALT: 'long-enough' }).pairwiseSalt).toBe(
      'long-enough',
    );
    expect(read({ PROFILE: 'oauth21' })).toMatchObject({
      policy: { pkceRequired: true, frontChannelTokens: false },
      requestObjects: { merge: 'jar', unsigned: false },
    });
  });

  test('what something before us serves is where browsers come back to', () => {
    const before = { WEBFINGER_OIDC_DISCOVERY_AUTH_URL: 'https://login.test/authorize' };
    expect(read(before).authorizationUrl).toBe('https://login.test/authorize');
  });

  test('without an issuer there is nothing to say', () => {
    expect(() => authorizationSettings(loadConfig({ env: {} }))).toThrow(/urls\.self\.issuer/);
  });
});
