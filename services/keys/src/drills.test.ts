// The drills of docs/keys.md, run as they stand there against real PostgreSQL and SoftHSM: every command works, and says what
// the page says it says.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, needed } from './database.fixture.js';
import type { DrillGround, Step } from './drills.fixture.js';
import { createDrillGround, normal, stepsOf } from './drills.fixture.js';

// Some forty commands, a process each, on a machine that may be busy.
jest.setTimeout(1_200_000);

const page = readFileSync(new URL('../../../docs/keys.md', import.meta.url), 'utf8');
const drills = page.slice(page.indexOf('\n## Drills\n')).split(/\n## /)[1] ?? '';

let database: TestDatabase;
let ground: DrillGround;
let said: Step[];

beforeAll(async () => {
  database = await createTestDatabase();
  ground = await createDrillGround({
    dsn: database.dsn,
    library: needed('CARDEA_TEST_HSM_LIBRARY'),
    utility: needed('CARDEA_TEST_HSM_UTIL'),
  });
  await ground.run(['cardea keys bootstrap --config keys.yaml', 'systemctl start cardea-keys']);
  const commands = stepsOf(drills).map(({ command }) => command);
  const outputs = await ground.run(commands);
  said = commands.map((command, index) => ({ command, output: outputs[index] ?? '' }));
});
afterAll(async () => {
  await ground.remove();
  await database.drop();
});

test('there are drills: a changed key-encryption key, a move to an HSM, a compromised key, a PIN, a lost token', () => {
  expect(drills.match(/^### /gm)).toHaveLength(5);
  expect(said.length).toBeGreaterThan(20);
});

test('each command says what the page shows', () => {
  const plain = ({ command, output }: Step) => ({ command, output: normal(output) });
  expect(said.map(plain)).toEqual(stepsOf(drills).map(plain));
});
