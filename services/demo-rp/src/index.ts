// Starts the demo relying party on a listener of its own (ARCHITECTURE §8): openid-client in front of a provider.
import { createServer } from 'node:http';
import { createRelyingPartyApp } from './app.js';
import { authMethodOf } from './settings.js';

/** Where to listen, which provider to use, and who we are to it. */
export interface DemoRelyingPartyOptions {
  /** 0 takes any free port; then `redirectUri` must be known otherwise. */
  readonly port: number;
  readonly host?: string;
  readonly issuer: string;
  /** The provider's admin API, such as http://127.0.0.1:4445; only introspection is asked there. */
  readonly adminUrl: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string | undefined;
  /** The registered token_endpoint_auth_method; client_secret_basic when absent. */
  readonly authMethod?: string | undefined;
  /** Where browsers reach the callback; its origin is the address of this app. */
  readonly redirectUri: string;
  /** By default `/logged-out` beside the callback. */
  readonly postLogoutRedirectUri?: string | undefined;
}

/** A running relying party. */
export interface DemoRelyingParty {
  readonly url: string;
  /** Stops listening, lets running requests finish, closes the rest. */
  close(): Promise<void>;
}

/** @throws the listener's error, such as EADDRINUSE, or an Error when the issuer is http away from loopback */
export async function startDemoRelyingParty(options: DemoRelyingPartyOptions): Promise<DemoRelyingParty> {
  const host = options.host ?? '127.0.0.1';
  const clientSecret = options.clientSecret === '' ? undefined : options.clientSecret;
  const app = createRelyingPartyApp({
    issuer: options.issuer,
    adminUrl: options.adminUrl,
    clientId: options.clientId,
    clientSecret,
    authMethod: authMethodOf(options.authMethod, clientSecret),
    redirectUri: options.redirectUri,
    postLogoutRedirectUri: options.postLogoutRedirectUri ?? new URL('/logged-out', options.redirectUri).href,
  });
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, host, () => resolve());
  });
  return {
    url: new URL('/', options.redirectUri).origin,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const patience = setTimeout(() => server.closeAllConnections(), 2_000);
      server.closeIdleConnections();
      await closed;
      clearTimeout(patience);
    },
  };
}
