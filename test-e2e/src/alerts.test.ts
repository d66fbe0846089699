// Alerts and dashboards ask for series that exist: every name they use is one that the running services expose.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { joinDemo } from './demo.js';
import { root } from './processes.js';

const files = path.join(root, 'helm/cardea/files');
const rules = readFileSync(path.join(files, 'prometheus-rules.yaml'), 'utf8');
const runbooks = readFileSync(path.join(root, 'docs/runbooks.md'), 'utf8');
const dashboard = JSON.parse(readFileSync(path.join(files, 'dashboards/cardea.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};

/** Names of series in an expression: words that hold an underscore and are not labels or functions. */
const seriesIn = (expression: string) =>
  [...expression.matchAll(/\b((?:http|grpc|cardea|process|nodejs)_[a-z0-9_]+)/g)].map(([, name = '']) => name);

const asked = [
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.flatMap(({ expr }) => seriesIn(expr).map((name) => [`panel ${title}`, name] as const)),
  ),
  ...rules
    .split('- alert: ')
    .slice(1)
    .flatMap((alert) => seriesIn(alert).map((name) => [alert.split('\n')[0] ?? '', name] as const)),
];

describe('every series', () => {
  let exposed: Set<string>;
  beforeAll(async () => {
    const { port, hostname } = new URL((await joinDemo()).public);
    const pages = await Promise.all(
      [10, 11, 12, 13, 14].map(async (offset) => {
        const answer = await fetch(`http://${hostname}:${String(Number(port) + offset)}/metrics`);
        expect(answer.status).toBe(200);
        return answer.text();
      }),
    );
    exposed = new Set(
      pages.flatMap((page) =>
        [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
          type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
        ),
      ),
    );
  });
  test.each(asked)('%s: %s', (_where, name) => expect(exposed).toContain(name));
});

test('there are some', () => expect(asked.length).toBeGreaterThan(25));

test.each(
  [...rules.matchAll(/- alert: (\w+)[^]*?runbook: docs\/runbooks\.md#(\w+)/g)].map(([, alert = '', anchor]) => [
    alert,
    anchor,
  ]),
)('%s has its page', (alert, anchor) => {
  expect(anchor).toBe(alert?.toLowerCase());
  expect(runbooks).toContain(`\n## ${String(alert)}\n`);
});
