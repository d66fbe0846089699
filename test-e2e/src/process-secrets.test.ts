// What the operating system shows of running processes: no secret in an environment or on a command line, no inspector that
// would read their memory, and no secret in what they count (security catalogue J03, J04).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createClient } from './clients.js';
import { freshCode, introspect, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';

let demo: Demo;
beforeAll(async () => {
  demo = await joinDemo();
}, 150_000);
afterAll(() => demo.stop());

const roles = ['gateway', 'admin', 'token', 'worker', 'keys'] as const;

/** The secrets of the installation, by file. */
function secretsOfDemo(): Map<string, string> {
  const directory = path.join(demo.home, 'secrets');
  const files = readdirSync(directory).filter((name) => statSync(path.join(directory, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(path.join(directory, name), 'utf8').trim()]));
}

test.each(roles)('J04: %s has no secret in its environment or on its command line, and no inspector', (role) => {
  const secrets = secretsOfDemo();
  expect(secrets.size).toBeGreaterThan(0);
  const of = (what: string) => readFileSync(`/proc/${String(demo.pids[role])}/${what}`, 'utf8');
  const [environment, commandLine] = [of('environ'), of('cmdline')];
  expect(environment).toContain('PATH=');
  const shown = [...secrets].filter(([, value]) => environment.includes(value) || commandLine.includes(value));
  expect(shown.map(([name]) => name)).toEqual([]);
  expect(`${environment}${commandLine}`).not.toMatch(/--inspect/);
});

test('J03: after a flow, no metric of any service has a secret, a token or a person in it', async () => {
  const client = await createClient(demo.admin);
  const code = await freshCode(demo, client, {}, { subject: 'a-person-who-is-counted' });
  const { body } = await redeem(demo, client, code);
  await introspect(demo, body.access_token ?? '');
  await fetch(`${demo.public}/userinfo`, { headers: { authorization: `Bearer ${body.access_token ?? ''}` } });
  const base = Number(new URL(demo.public).port);
  const texts = await Promise.all(
    roles.map(async (_role, at) => (await fetch(`http://127.0.0.1:${String(base + 10 + at)}/metrics`)).text()),
  );
  const all = texts.join('\n');
  for (const text of texts) expect(text).toContain('# TYPE');
  const told = [
    ...[code, body.access_token, body.id_token, body.refresh_token, client.client_secret, client.client_id],
    'a-person-who-is-counted',
    ...secretsOfDemo().values(),
  ].filter((value) => value === undefined || value === '' || all.includes(value));
  expect(told).toEqual([]);
});
