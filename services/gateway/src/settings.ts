// What the gateway takes from the configuration: names and attributes, never a secret.
import type { Config } from '@cardea/service';
import { required } from '@cardea/service';
import { isThisMachine } from './missing-app.js';

/** Attributes of every cookie we set, and which names are ours. */
export interface CookieSettings {
  /** Names that are ours, alone or followed by `_` and a suffix. */
  readonly names: readonly string[];
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
  readonly domain: string | undefined;
  /** Of the cookie that remembers a login; all others are for the whole host. */
  readonly sessionPath: string;
  /** Whether each flow cookie is sent twice, once without SameSite. */
  readonly legacyTwins: boolean;
  /** The clock, in milliseconds, by which lifetimes are said as an instant too; undefined where `Max-Age` is enough. */
  readonly expiresBy: (() => number) | undefined;
}

export interface GatewaySettings {
  /** Byte for byte as configured. */
  readonly issuer: string;
  /** Where errors go that no client may be told. */
  readonly errorUrl: string;
  /** Whether apps that are on this machine are looked for, where only this machine reaches the gateway. */
  readonly looksForApps: boolean;
  /** Whether browsers are answered as Hydra answers them. */
  readonly hydraCompat: boolean;
  readonly cookies: CookieSettings;
  /** The cookie that remembers a login, where relying parties may watch it; undefined where they may not. */
  readonly watchedCookie: string | undefined;
}

/** @param now milliseconds since 1970 */
export function gatewaySettings(config: Config, now: () => number): GatewaySettings {
  const issuer = required(config.urls.self.issuer, 'urls.self.issuer');
  const publicUrl = (config.urls.self.public ?? issuer).replace(/\/+$/, '');
  const { names, paths, domain, secure: forced, sameSiteMode, sameSiteLegacyWorkaround } = config.serve.cookies;
  const secure = forced ?? issuer.startsWith('https:');
  // Browsers drop a cookie that says SameSite=None and is not Secure; and a host without TLS is no third party worth naming.
  const none = issuer.startsWith('https:') && secure;
  const sameSite = sameSiteMode === undefined || sameSiteMode === 'None' ? (none ? 'None' : 'Lax') : sameSiteMode;
  return {
    issuer,
    errorUrl: config.urls.error ?? `${publicUrl}/oauth2/fallbacks/error`,
    looksForApps:
      config.profile !== 'hydra-compat' && [config.serve.public.host, new URL(issuer).hostname].every(isThisMachine),
    hydraCompat: config.profile === 'hydra-compat',
    watchedCookie:
      (config.oidc.sessionManagement.enabled ?? config.profile !== 'hydra-compat') ? names.session : undefined,
    cookies: {
      names: [names.session, names.loginCsrf, names.consentCsrf, names.deviceCsrf],
      secure,
      sameSite,
      domain,
      sessionPath: paths.session,
      legacyTwins: sameSiteLegacyWorkaround && sameSite === 'None',
      expiresBy: config.profile === 'hydra-compat' ? now : undefined,
    },
  };
}
