// Decides where the admin API may listen: without authentication, only where nobody else can reach it (security §2.5).
import type { Config } from '@cardea/service';
import { ConfigError } from '@cardea/service';

/** @throws {ConfigError} naming the setting that is missing */
export function checkExposure({ host, authentication }: Config['serve']['admin']): void {
  const local = host.startsWith('unix:') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  if (local) return;
  throw new ConfigError(
    `serve.admin.host is ${host}, which others can reach, but serve.admin.authentication is ${authentication}: ` +
      'listen on loopback (127.0.0.1) or a unix socket, or configure serve.admin.authentication',
  );
}
