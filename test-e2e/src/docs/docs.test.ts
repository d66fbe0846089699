// Every command and code block of every page, run as it stands there against one demo, or held against what it speaks of.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Demo } from '../demo.js';
import { joinDemo } from '../demo.js';
import { blocksOf } from './blocks.js';
import { mistakesOf } from './convention.js';
import { mistakesInData } from './data.js';
import { mistakesInCommands } from './orders.js';
import { allPages, textOf } from './pages.js';
import { mistakesInProse } from './prose.js';
import { startPerson } from './person.js';
import { runPage } from './shell.js';
import { stepsOf } from './steps.js';
import { prepareWorkplace } from './workplace.js';

let demo: Demo;

beforeAll(async () => {
  demo = await joinDemo();
}, 150_000);
afterAll(() => demo.stop());

/** Others may use the demo at the same time: clients of this page go, and no others. */
async function deleteClients(text: string): Promise<void> {
  const ids = new Set([...text.matchAll(/ --id ([\w-]+)/g)].map(([, id = '']) => id));
  await Promise.all([...ids].map((id) => fetch(`${demo.admin}/admin/clients/${id}`, { method: 'DELETE' })));
}

/** Runs a page in a clone, and with a person, of its own. */
async function run(page: string, text: string): Promise<string[]> {
  const person = await startPerson(demo.login);
  const workplace = prepareWorkplace(demo, person.url);
  await deleteClients(text);
  try {
    const steps = stepsOf(blocksOf(page, text), workplace.moved);
    const wrong = await runPage(steps, workplace, person.url);
    return wrong.length === 0 ? [] : [...wrong, person.diary()].filter((line) => line !== '');
  } finally {
    workplace.remove();
    await person.stop();
    await deleteClients(text);
  }
}

const pages = allPages().map((page) => ({ page, blocks: blocksOf(page, textOf(page)) }));

test('pages say how each of their blocks is to be taken', () => {
  expect(pages.flatMap(({ blocks }) => blocks.flatMap(mistakesOf))).toEqual([]);
});

test('commands that are not run here exist, with their flags, scripts and files', () => {
  const commands = pages.flatMap(({ blocks }) => blocks).filter(({ orders }) => orders['unrun'] !== undefined);
  expect(commands.flatMap(mistakesInCommands)).toEqual([]);
});

test('settings and commands that sentences name exist', () => {
  expect(pages.flatMap(({ page }) => mistakesInProse(page, textOf(page)))).toEqual([]);
});

test('another test that is said to run a block exists, and speaks of the page', () => {
  const said = pages.flatMap(({ page, blocks }) =>
    blocks.flatMap(({ orders }) => (orders['ran-by'] === undefined ? [] : [{ page, by: orders['ran-by'] }])),
  );
  expect(said.filter(({ page, by }) => !textOf(by).includes(page))).toEqual([]);
});

test('settings, values, excerpts and SQL are what they are said to be', async () => {
  const found = await Promise.all(
    pages.flatMap(({ blocks }) => blocks).map((block) => mistakesInData(block, demo.dsn)),
  );
  expect(found.flat()).toEqual([]);
}, 60_000);

const withCommands = pages.filter(({ blocks }) => stepsOf(blocks).length > 0).map(({ page }) => page);

test.each(withCommands)(
  'what %s tells to do works',
  async (page) => {
    expect((await run(page, textOf(page))).join('\n')).toBe('');
  },
  150_000,
);

describe('a page that is wrong is found out:', () => {
  test.each([
    ['a command that fails', '```sh\nfalse\n```', /x\.md:1: exit code 1, not 0/],
    ['one in the middle', '```sh\nfalse\ntrue\n```', /x\.md:1: exit code 1/],
    ['a flag that is not there', '```sh\ncardea list clients --colour\n```', /unknown option/],
    ['a failure that does not come', '```sh exit=1\ntrue\n```', /exit code 0, not 1/],
    ['output that is another', '```console\n$ echo one\ntwo\n```', /x\.md:1: the page shows/],
    [
      'a member too many',
      '```sh\necho \'{"a":1}\'\n```\n\n```json output\n{"a":1,"b":2}\n```',
      /x\.md:1: the page shows/,
    ],
    ['a server that ends', '```sh background=http://127.0.0.1:6000/\nfalse\n```', /exit code 1/],
  ])('%s', async (_what, text, finding) => {
    expect((await run('x.md', text)).join('\n')).toMatch(finding);
  });

  test.each([
    ['no language', '```\na\n```'],
    ['an unknown order', '```sh skip\ntrue\n```'],
    ['a reason of its own', '```sh unrun=lazy\ntrue\n```'],
    ['a kind of YAML left open', '```yaml\na: 1\n```'],
  ])('%s', (_what, text) => {
    expect(blocksOf('x.md', text).flatMap(mistakesOf)).toHaveLength(1);
  });

  test.each([
    'cardea create client --secrets x',
    'cardea unknown',
    'npm run nothing',
    'node docs/examples/none.mjs',
    'helm install x helm/none',
    'kubctl get pods',
    "echo 'open",
  ])('%s, though it is not run', (command) => {
    const [block] = blocksOf('x.md', `\`\`\`sh unrun=cluster\n${command}\n\`\`\``);
    expect(mistakesInCommands(block!)).toHaveLength(1);
  });
});
