// Runs the demo relying party as a process: settings from the environment, one line once it listens, a clean end on SIGTERM.
import { startDemoRelyingParty } from './index.js';

const env = process.env;
const port = Number(env['RP_PORT'] ?? 5555);
const relyingParty = await startDemoRelyingParty({
  port,
  host: env['RP_HOST'] ?? '127.0.0.1',
  issuer: env['ISSUER'] ?? 'http://127.0.0.1:4444',
  adminUrl: env['ADMIN_URL'] ?? 'http://127.0.0.1:4445',
  clientId: env['CLIENT_ID'] ?? 'demo',
  clientSecret: env['CLIENT_SECRET'],
  authMethod: env['TOKEN_ENDPOINT_AUTH_METHOD'],
  redirectUri: env['REDIRECT_URI'] ?? `http://127.0.0.1:${String(port)}/callback`,
  postLogoutRedirectUri: env['POST_LOGOUT_REDIRECT_URI'],
});
console.log(`demo-rp listens at ${relyingParty.url}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void relyingParty.close().then(() => process.exit(0));
  });
}
