// Which tests there are, which group each belongs to, and what was ordered on the command line.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** What each group proves. They run in this order. */
export const groups = {
  rules: 'pure rules, as tables',
  storage: 'services and libraries on real PostgreSQL, Redis and SoftHSM',
  chart: 'the Helm chart: rendered by two helms, held against the types of Kubernetes',
  wire: 'the running demo through third-party clients, and what happens when parts die',
  browser: 'a real Chromium through the demo',
};

/** @param {string} file relative to the clone */
function groupOf(file) {
  if (file.startsWith('libs/oauth/')) return 'rules';
  if (file.startsWith('helm/')) return 'chart';
  if (!file.startsWith('test-e2e/')) return 'storage';
  return path.basename(file).startsWith('browser.') ? 'browser' : 'wire';
}

/** All test files, relative to the clone. */
export function testFiles(root) {
  return ['libs', 'services', 'cli', 'scripts', 'test-e2e', 'bench', 'helm']
    .filter((room) => existsSync(path.join(root, room)))
    .flatMap((room) =>
      readdirSync(path.join(root, room), { recursive: true }).map((name) => path.posix.join(room, name)),
    )
    .filter((file) => file.endsWith('.test.ts') && !/\/(node_modules|dist)\//.test(file))
    .sort();
}

const takesValue = new Set(['-t', '--testNamePattern', '--seed', '-w', '--maxWorkers']);

/**
 * Reads `[--only a,b] [jest options] [paths]`.
 *
 * @param {readonly string[]} argv
 * @returns {{ only: string[], options: string[], paths: string[], named: boolean }} `named`: tests are picked by name, the
 *   rest of a file is skipped on purpose
 * @throws when a group does not exist
 */
export function readTestOrder(argv) {
  const order = { only: Object.keys(groups), options: [], paths: [], named: false };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === '--') continue;
    const only = word === '--only' ? argv[++i] : /^--only=(.*)$/.exec(word)?.[1];
    if (only !== undefined) order.only = only.split(',').filter((name) => name !== '');
    else if (word === '--only') throw new Error(`--only takes group names: ${Object.keys(groups).join(', ')}`);
    else if (!word.startsWith('-')) order.paths.push(word);
    else if (takesValue.has(word)) order.options.push(word, argv[++i] ?? '');
    else order.options.push(word);
  }
  const unknown = order.only.find((name) => !Object.hasOwn(groups, name));
  if (unknown !== undefined)
    throw new Error(`there is no group "${unknown}"; there are ${Object.keys(groups).join(', ')}`);
  order.named = order.options.some((option) => /^(-t|--testNamePattern)(=|$)/.test(option));
  return order;
}

/** The ordered files by group; groups without any are left out. */
export function orderedFiles(files, { only, paths }) {
  const wanted = files.filter((file) => paths.length === 0 || paths.some((part) => file.includes(part)));
  return Object.fromEntries(
    only
      .map((group) => [group, wanted.filter((file) => groupOf(file) === group)])
      .filter(([, those]) => those.length > 0),
  );
}
