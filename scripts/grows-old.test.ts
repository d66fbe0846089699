// What a call or a flow has made is born and dies young: nothing that is dead already holds it until the next major collection of garbage
// (docs/performance.md, "What grows old"; a rule of eslint.config.js).
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const bornOld = fileURLToPath(new URL('lib/born-old.mjs', import.meta.url));
const promoted = fileURLToPath(new URL('lib/promoted.mjs', import.meta.url));

const runNode = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' }, cwd: root });

// Built, for plain Node: `npm test` sees to it.
test.each([
  // 19 bytes; with a Map of what is under way 3,700, with a closure that is assigned to a property of the call 1,300.
  ['a call and its request', 'libs/rpc/dist/grows-old.fixture.js', 300],
  // 1,100 bytes; 3,200 where its challenge stays as a name, 6,200 with a short memory that deletes from its Maps.
  ['a flow that is over', 'services/token/dist/authorize/grows-old.fixture.js', 2_000],
])(
  '%s is not promoted',
  async (_what, work, enough) => {
    const { stdout } = await runNode(promoted, work, String(enough));
    expect(Number.parseFloat(stdout)).toBeLessThan(enough);
  },
  120_000,
);

test.each([
  ['all', 'as V8 likes it', [], 1_000, 1_000],
  // One is promoted where the collection comes between its birth and the question.
  ['none', 'in a service', ['libs/service/dist/memory.js', 'makeAllYoung'], 0, 9],
] as const)(
  'where much has lived long, %s of a thousand new lists are born old %s',
  async (_, _who, asked, from, to) => {
    // V8 judges a place once the young generation is as large as it gets, and some starts do not come to that otherwise.
    const { stdout } = await runNode('--max-semi-space-size=1', bornOld, ...asked);
    const old = Number.parseInt(stdout);
    expect(old).toBeGreaterThanOrEqual(from);
    expect(old).toBeLessThanOrEqual(to);
  },
);
