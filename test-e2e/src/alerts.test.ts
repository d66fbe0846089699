// Whoever is woken up by an alert finds its page, and what is deployed by hand is what the chart deploys.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { alerts, deployed, rulesFile } from './monitoring-files.js';
import { root } from './processes.js';

const read = (file: string): string => readFileSync(file, 'utf8');
const runbooks = read(path.join(root, 'docs/runbooks.md'));

test('there are some', () => expect(alerts.length).toBeGreaterThan(10));

test.each(alerts)('%s has its page', (name, text) => {
  expect(text).toContain(`\n          runbook_url: docs/runbooks.md#${name.toLowerCase()}\n`);
  expect(text).toMatch(/labels: \{ severity: (page|ticket) \}/);
  expect(runbooks).toContain(`\n## ${name}\n`);
});

test('and no page is left of an alert that went', () => {
  const pages = [...runbooks.matchAll(/^## (Cardea\w+)$/gm)].map(([, name]) => name);
  expect(pages.sort()).toEqual(alerts.map(([name]) => name).sort());
});

test.each([
  [rulesFile, 'prometheus-rules.yaml'],
  [deployed('grafana/dashboards/cardea.json'), 'dashboards/cardea.json'],
])('%s is what the chart deploys', (file, inChart) => {
  expect(read(file)).toBe(read(path.join(root, 'helm/cardea/files', inChart)));
});
