// The fifty oddities of Hydra's wire that clients came to depend on, each walked from outside in `profile: hydra-compat`: a
// provider that keeps them can take Hydra's place. Where we differ on purpose the row says so (docs/compatibility.md).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answerRows } from './checklist-answers.js';
import { interactionRows } from './checklist-interactions.js';
import { tokenRows } from './checklist-tokens.js';
import type { World } from './checklist-world.js';
import { createWorld } from './checklist-world.js';

const rows = [...answerRows, ...interactionRows, ...tokenRows].sort(([one], [other]) => one - other);
let world: World;

beforeAll(async () => {
  world = await createWorld();
}, 150_000);
afterAll(() => world.end());

test('the checklist has fifty rows, each walked once', () =>
  expect(rows.map(([number]) => number)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1)));

test.each(rows)('row %i: %s', (_number, _says, walk) => walk(world));
