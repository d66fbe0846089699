// A real Prometheus over the live services: it takes our rules, knows every series that a rule or a panel names, and alerts fire
// when somebody makes their causes (issue 7 "Dashboards and alerts").
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Launched, PrometheusTools } from '@cardea/all';
import { findPrometheus, launchPrometheus } from '@cardea/all';
import { execFile } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import { askToken, freshCode, redeem, refresh } from './code-flow.js';
import type { Demo } from './demo.js';
import { freeBase, newHome, startDemo } from './demo.js';
import { alerts, deployed, queries, rules, rulesFile, seriesIn } from './monitoring-files.js';
import { root } from './processes.js';

// Machines are busy, and Prometheus may have to be fetched.
jest.setTimeout(600_000);

const run = promisify(execFile);
const services = ['gateway', 'admin', 'token', 'worker', 'keys'];
let tools: PrometheusTools;
let demo: Demo;
let prometheus: Launched & { readonly url: string };
const home = newHome();

/** Prometheus scrapes every second and waits for nothing; what the rules ask is left alone. */
function writeConfiguration(management: number): string {
  const directory = home.directory;
  writeFileSync(path.join(directory, 'rules.yaml'), rules.replace(/^ +for: \d+[smh]\n/gm, ''));
  const file = path.join(directory, 'prometheus.yml');
  const targets = services.map((_name, index) => `'127.0.0.1:${String(management + index)}'`).join(', ');
  writeFileSync(
    file,
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yaml]
scrape_configs: [{ job_name: cardea, static_configs: [{ targets: [${targets}] }] }]
`,
  );
  return file;
}

/** The `data` of an answer of Prometheus' API. */
async function ask<T>(way: string, parameters: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(`${prometheus.url}/api/v1/${way}?${new URLSearchParams(parameters).toString()}`);
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: T };
  if (status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${String(error)}`);
  return data;
}

/** Waits until something is true; `meanwhile` happens before each look. */
async function until(
  holds: () => Promise<boolean>,
  what: string,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
) {
  for (const end = Date.now() + 180_000; Date.now() < end;) {
    await meanwhile();
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${what}: not within three minutes`);
}

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const firing = async (name: string): Promise<readonly Alert[]> =>
  (await ask<{ alerts: readonly Alert[] }>('alerts')).alerts.filter(
    ({ state, labels }) => state === 'firing' && labels['alertname'] === name,
  );

/** What a query comes to; 0 when there is nothing. */
async function value(query: string): Promise<number> {
  const { result } = await ask<{ result: { value: [number, string] }[] }>('query', { query });
  return Number(result[0]?.value[1] ?? 0);
}

beforeAll(async () => {
  tools = await findPrometheus({ cache: path.join(root, '.cache'), progress: () => undefined });
  demo = await startDemo({ env: { RATE_LIMITS_CLIENT_SECRETS_ATTEMPTS: '1' } });
  const { port } = new URL(demo.public);
  const file = writeConfiguration(Number(port) + 10);
  prometheus = await launchPrometheus({ tools, directory: home.directory, port: await freeBase(), file });
  await until(async () => (await value('count(up == 1)')) === services.length, 'all services scraped');
});
afterAll(async () => {
  await Promise.allSettled([prometheus.stop(), demo.stop()]);
  home.remove();
});

const promtool = async (...args: readonly string[]): Promise<string> =>
  (await run(tools.promtool, [...args], { env: { ...process.env, ...tools.environment } })).stdout;

describe('promtool', () => {
  test('finds nothing wrong with the rules', async () => {
    expect(await promtool('check', 'rules', rulesFile)).toContain(`SUCCESS: ${String(alerts.length)} rules found`);
  });
  test('nor with the configuration beside compose.yaml', async () => {
    expect(await promtool('check', 'config', deployed('prometheus/prometheus.yml'))).toContain(
      'is valid prometheus config',
    );
  });
  test('runs their unit tests', async () => {
    expect(await promtool('test', 'rules', deployed('prometheus/tests/cardea.test.yaml'))).toContain('SUCCESS');
  });
});

describe('every series is one that services expose', () => {
  let exposed: Set<string>;
  beforeAll(async () => {
    const metadata = await ask<Record<string, { type: string }[]>>('metadata');
    exposed = new Set(
      Object.entries(metadata).flatMap(([name, [first]]) =>
        first?.type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
  });
  const asked = [...alerts, ...queries].flatMap(([where, text]) =>
    seriesIn(text).map((name) => [where, name] as const),
  );
  test('there are some', () => expect(asked.length).toBeGreaterThan(40));
  test.each(asked)('%s: %s', (_where, name) => expect(exposed).toContain(name));
});

test.each(queries)('Prometheus can answer "%s"', async (_panel, query) => {
  const { result } = await ask<{ result: unknown }>('query', { query: query.replaceAll('$__rate_interval', '1m') });
  expect(Array.isArray(result)).toBe(true);
});

test('no rule fails to be evaluated', async () => {
  const evaluated = async () =>
    (
      await ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>('rules')
    ).groups.flatMap((group) => group.rules);
  await until(async () => (await evaluated()).every(({ health }) => health !== 'unknown'), 'all rules evaluated');
  const all = await evaluated();
  expect(all.filter(({ health }) => health !== 'ok')).toEqual([]);
  expect(all.map(({ name }) => name).sort()).toEqual(alerts.map(([name]) => name).sort());
});

describe('what is made happens, and is told', () => {
  let client: CreatedClient;
  beforeAll(async () => {
    client = await createClient(demo.admin);
  });

  test('tokens by grant, refusals by reason, and what stands behind them', async () => {
    const { body } = await redeem(demo, client, await freshCode(demo, client));
    await refresh(demo, client, body.refresh_token ?? '');
    await askToken(demo, client, { grant_type: 'client_credentials' });
    await askToken(demo, client, { grant_type: 'authorization_code', code: 'nonsense', redirect_uri: 'http://x' });
    await askToken(demo, client, { grant_type: 'urn:of:nobody' });
    const counts = [
      ...['authorization_code', 'refresh_token', 'client_credentials'].map(
        (grant) => `cardea_tokens_issued_total{grant_type="${grant}"}`,
      ),
      'cardea_token_refusals_total{grant_type="authorization_code", error="invalid_grant"}',
      'cardea_token_refusals_total{grant_type="other", error="unsupported_grant_type"}',
      'cardea_keys_signing_seconds_count',
      'cardea_group_commit_rows_count{statement="code_redeem"}',
      'cardea_keys_key_age_seconds{key_set="hydra.openid.id-token", algorithm="RS256"}',
    ];
    for (const query of counts) await until(async () => (await value(query)) > 0, query);
    expect(await value('count(cardea_queue_jobs{queue="cardea-logout", state="failed"})')).toBe(1);
    expect(await value('count(cardea_queue_oldest_waiting_seconds)')).toBeGreaterThan(3);
  });

  test('CardeaTokenTheftSuspected, when used codes come back', async () => {
    for (let theft = 0; theft < 12; theft++) {
      const code = await freshCode(demo, client);
      expect((await redeem(demo, client, code)).status).toBe(200);
      expect((await redeem(demo, client, code)).body.error).toBe('invalid_grant');
    }
    await until(async () => (await firing('CardeaTokenTheftSuspected')).length > 0, 'the alert');
    const [alert] = await firing('CardeaTokenTheftSuspected');
    expect(alert?.labels).toMatchObject({ event: 'code_reuse_detected', severity: 'ticket' });
    expect(alert?.annotations['runbook_url']).toBe('docs/runbooks.md#cardeatokentheftsuspected');
  });

  test('CardeaGuessing, when somebody guesses', async () => {
    const guess = (number: number) =>
      askToken(
        demo,
        { ...client, client_id: `guessed-${String(number)}`, client_secret: 'wrong' },
        { grant_type: 'client_credentials' },
      );
    await guess(0);
    await until(async () => (await value('cardea_rate_limited_total{limit="client_secret"}')) > 0, 'the first');
    for (let number = 1; number <= 60; number++) await guess(number);
    await until(async () => (await firing('CardeaGuessing')).length > 0, 'the alert');
    expect((await firing('CardeaGuessing'))[0]?.labels).toMatchObject({ limit: 'client_secret' });
  });

  test('CardeaCannotSign and CardeaAnswersErrors, when the token is gone', async () => {
    expect(demo.hsm).toBe(true);
    const signed = await createClient(demo.admin, { access_token_strategy: 'jwt' });
    const sign = () => askToken(demo, signed, { grant_type: 'client_credentials' });
    expect((await sign()).status).toBe(200);
    const tokens = path.join(demo.home, 'parts/softhsm/tokens');
    renameSync(tokens, `${tokens}.away`);
    try {
      await until(async () => (await firing('CardeaCannotSign')).length > 0, 'the alert', sign);
      expect((await sign()).status).toBe(503);
      expect((await firing('CardeaCannotSign'))[0]?.labels).toMatchObject({
        purpose: 'access_token',
        severity: 'page',
      });
      await until(async () => (await firing('CardeaAnswersErrors')).length > 0, 'the other alert', sign);
      expect((await firing('CardeaAnswersErrors'))[0]?.labels).toMatchObject({ service: 'gateway', severity: 'page' });
    } finally {
      renameSync(`${tokens}.away`, tokens);
    }
  });
});
