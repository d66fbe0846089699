// F07 in a whole house, as `npm run test:failover -- pair` does it: two of every service on two PostgreSQL servers, the primary cut
// off under load, its standby promoted, the former primary come back; every answer is held against the invariants.
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Outcome } from './faults/outcome.js';
import { root } from './processes.js';

test('F07: a primary that is cut off, and comes back, costs refusals and nothing else', async () => {
  const child = spawn(process.execPath, [path.join(root, 'scripts/failover.mjs'), 'pair', '--json'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const outcomes = JSON.parse(stdout === '' ? '[]' : stdout) as Outcome[];
  // Whatever it told is worth reading when this fails.
  expect({ code, told, breaches: outcomes.flatMap(({ breaches }) => breaches) }).toEqual({
    code: 0,
    told: expect.any(String),
    breaches: [],
  });
  expect(outcomes.map(({ id }) => id)).toEqual(['F07', 'F07']);
  expect(outcomes.every(({ requests }) => requests > 50)).toBe(true);
}, 300_000);
