// Decides where the admin API may listen: without authentication, only where nobody else can reach it (security §2.5).
import type { Config } from '@cardea/service';
import { ConfigError } from '@cardea/service';
import { isConfigured } from './authentication/authenticate.js';

/** @throws {ConfigError} naming the setting that is missing */
export function checkExposure({
  host,
  authentication,
  cors,
}: Pick<Config['serve']['admin'], 'host' | 'authentication' | 'cors'>): void {
  if (cors.enabled === true && (cors.allowedOrigins.length === 0 || cors.allowedOrigins.some(isEveryone))) {
    throw new ConfigError(
      'serve.admin.cors.allowed_origins must list origins: pages of everybody may not read the admin API',
    );
  }
  const local = host.startsWith('unix:') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  if (local || isConfigured(authentication)) return;
  throw new ConfigError(
    `serve.admin.host is ${host}, which others can reach, but serve.admin.authentication has no method: ` +
      'listen on loopback (127.0.0.1) or a unix socket, or configure api_keys, mtls or jwt there',
  );
}

const isEveryone = (pattern: string) => pattern === '*' || pattern.endsWith('://*');
