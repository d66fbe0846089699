// Runs the demo login app as a process: settings from the environment, one line once it listens, a clean end on SIGTERM.
import { readFileSync } from 'node:fs';
import { startDemoLogin } from './index.js';

const env = process.env;
const keyFile = env['ADMIN_KEY_FILE'];
const login = await startDemoLogin({
  port: Number(env['LOGIN_PORT'] ?? 3000),
  host: env['LOGIN_HOST'] ?? '127.0.0.1',
  adminUrl: env['ADMIN_URL'] ?? 'http://127.0.0.1:4445',
  adminKey: keyFile === undefined ? undefined : readFileSync(keyFile, 'utf8').trim(),
  publicUrl: env['PUBLIC_URL'],
  homeUrl: env['HOME_URL'],
});
console.log(`demo-login listens at ${login.url}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void login.close().then(() => process.exit(0));
  });
}
