// What a call has made dies young: nothing that is dead already holds it until the next major collection (call-table.ts, eslint.config.js).
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Built, for plain Node: `npm test` sees to it. */
const work = fileURLToPath(new URL('../dist/grows-old.fixture.js', import.meta.url));
const promoted = fileURLToPath(new URL('../../../scripts/lib/promoted.mjs', import.meta.url));
/** Bytes a call: 19; with a Map of what is under way 3,700, with a closure that is assigned to a property of the call 1,300. */
const enough = 300;

test('a call and its request are not promoted', async () => {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, [promoted, work, String(enough)], { env });
  expect(Number.parseFloat(stdout)).toBeLessThan(enough);
}, 120_000);
