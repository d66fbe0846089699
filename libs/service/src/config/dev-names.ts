// In development Hydra calls its cookies otherwise, so that they do not meet those of a real one on the same host
// (hydra-wire §3.10).
import type { Config } from './load.js';

/** Names of cookies as they are on the wire. */
export function withDevNames(config: Config): Config {
  if (config.profile !== 'hydra-compat' || !config.dev) return config;
  const { serve } = config;
  const { session, loginCsrf, consentCsrf, deviceCsrf } = serve.cookies.names;
  const dev = (name: string) => `${name}_dev`;
  const names = {
    session: dev(session),
    loginCsrf: dev(loginCsrf),
    consentCsrf: dev(consentCsrf),
    deviceCsrf: dev(deviceCsrf),
  };
  return Object.freeze({ ...config, serve: { ...serve, cookies: { ...serve.cookies, names } } });
}
