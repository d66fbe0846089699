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
      policy: { minStateLength: 8, insecureRedirects: true },
    });
    expect(read({ PROFILE: 'oauth21' }).policy.pkceRequired).toBe(true);
  });

  test('without an issuer there is nothing to say', () => {
    expect(() => authorizationSettings(loadConfig({ env: {} }))).toThrow(/urls\.self\.issuer/);
  });
});
