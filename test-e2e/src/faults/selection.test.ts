// `npm run faults -- --short` at each run of the tests: nothing that was acknowledged is taken back, whoever died.
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../processes.js';
import { shortCatalogue } from './catalogue.js';
import type { Outcome } from './outcome.js';
import { showBreach } from './table.js';

test('a killed token service, a commit nobody heard of, a cache that forgets: no token is lost, and none comes back', async () => {
  const child = spawn(process.execPath, [path.join(root, 'scripts/faults.mjs'), '--short', '--json'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let progress = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (progress += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (stdout === '') throw new Error(`it ended with code ${String(code)}:\n${progress}`);

  const outcomes = JSON.parse(stdout) as Outcome[];
  expect(outcomes.flatMap(({ breaches }) => breaches.map(showBreach))).toEqual([]);
  expect(outcomes.map(({ id, failed }) => [id, failed])).toEqual(shortCatalogue.map(({ id }) => [id, undefined]));
  expect(outcomes).toHaveLength(3);
  for (const { recoveryMillis, tokens, requests } of outcomes) {
    expect(recoveryMillis).toEqual(expect.any(Number));
    // There was something to be wrong about.
    expect(tokens).toBeGreaterThan(5);
    expect(requests).toBeGreaterThan(3 * tokens);
  }
  expect(outcomes.reduce((sum, { ended }) => sum + ended, 0)).toBeGreaterThan(0);
  expect(code).toBe(0);
}, 240_000);
