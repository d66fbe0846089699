// What operators load into Prometheus and Grafana, as tests read it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './processes.js';

export const deployed = (name: string): string => path.join(root, 'deploy', name);

export const rulesFile = deployed('prometheus/rules/cardea.yaml');

export const rules = readFileSync(rulesFile, 'utf8');

/** Alerts by name, each with its text. */
export const alerts: readonly (readonly [name: string, text: string])[] = rules
  .split('- alert: ')
  .slice(1)
  .map((text) => [text.split('\n')[0] ?? '', text]);

const dashboard = JSON.parse(readFileSync(deployed('grafana/dashboards/cardea.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};

/** Queries of the dashboard, each with its panel's title. */
export const queries: readonly (readonly [panel: string, query: string])[] = dashboard.panels.flatMap(
  ({ title, targets }) => targets.map(({ expr }) => [title, expr] as const),
);

/** Names of series in an expression: words of ours with an underscore that are no labels or functions. */
export const seriesIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\b((?:http|grpc|cardea|process|nodejs)_[a-z0-9_]+)/g)].map(([, name = '']) => name);
