// Starts the demo login and consent app on a listener of its own (ARCHITECTURE §8); it talks to the admin API only.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLoginApp } from './app.js';

/** Where to listen and whom to talk to. */
export interface DemoLoginOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** The provider's admin API, such as http://127.0.0.1:4445. */
  readonly adminUrl: string;
  /** An API key of it with the role `login-ui`, where it wants one. */
  readonly adminKey?: string | undefined;
  /** Where browsers reach this app; by default where it listens. */
  readonly publicUrl?: string | undefined;
  /** An application that dead ends may point back to, such as the demo relying party. */
  readonly homeUrl?: string | undefined;
}

/** A running login app. */
export interface DemoLogin {
  readonly url: string;
  /** Stops listening, lets running requests finish, closes the rest. */
  close(): Promise<void>;
}

/** @throws the listener's error, such as EADDRINUSE */
export async function startDemoLogin(options: DemoLoginOptions): Promise<DemoLogin> {
  const host = options.host ?? '127.0.0.1';
  const listening = `http://${host.includes(':') ? `[${host}]` : host}`;
  const { adminUrl, adminKey, homeUrl } = options;
  const app = createLoginApp({ adminUrl, adminKey, homeUrl, publicUrl: options.publicUrl ?? listening });
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: options.publicUrl ?? `${listening}:${String(port)}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const patience = setTimeout(() => server.closeAllConnections(), 2_000);
      server.closeIdleConnections();
      await closed;
      clearTimeout(patience);
    },
  };
}
