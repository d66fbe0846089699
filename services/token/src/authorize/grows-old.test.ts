// What a flow was remembered for dies young once it is over (flow-body.ts, short-memory.ts).
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Built, for plain Node: `npm test` sees to it. */
const work = fileURLToPath(new URL('../../dist/authorize/grows-old.fixture.js', import.meta.url));
const promoted = fileURLToPath(new URL('../../../../scripts/lib/promoted.mjs', import.meta.url));
/** Bytes a flow: 1,100; 3,200 where its challenge stays as a name, 6,200 with a short memory that deletes from its Maps. */
const enough = 2_000;

test('a flow that is over is not promoted', async () => {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, [promoted, work, String(enough)], { env });
  expect(Number.parseFloat(stdout)).toBeLessThan(enough);
}, 120_000);
