// Turns the table of rooms into rules for eslint-plugin-boundaries: everything not allowed there is refused.
import { fileURLToPath } from 'node:url';
import { doors, rooms } from './rooms.mjs';

/** Files that only tests run. */
export const testFiles = ['**/*.test.ts', '**/*.fixture.ts'];

export const settings = {
  'boundaries/elements': Object.keys(rooms).map((room) => ({ type: room, pattern: room, partialMatch: false })),
  'boundaries/files': [{ category: 'test', pattern: testFiles }],
  'boundaries/root-path': fileURLToPath(new URL('../..', import.meta.url)),
  'boundaries/legacy-templates': false,
  // Dynamic imports and re-exports count as imports do.
  'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export', 'require'],
  'import/resolver': { [fileURLToPath(new URL('resolver.cjs', import.meta.url))]: {} },
};

const external = (source) => ({ module: { origin: 'external', source } });
const core = (source) => ({ module: { origin: 'core', source } });

/** What one room may reach; later policies win. */
function policiesOf([room, { rooms: others, drivers, core: coreAllowed = ['node:*'], notCore = [], tests = [] }]) {
  const from = { element: { type: room } };
  const fromTests = { element: { type: room }, file: { categories: 'test' } };
  return [
    { from, allow: { to: { element: { type: room } } } },
    { from, allow: { to: external([...drivers, ...others.map((other) => `@cardea/${other}`)]) } },
    { from, allow: { to: core(coreAllowed) } },
    ...(notCore.length > 0 ? [{ from, disallow: { to: core(notCore) } }] : []),
    { from: fromTests, allow: { to: external(['@jest/globals', ...tests]) } },
    { from: fromTests, allow: { to: core(['node:*']) } },
  ];
}

/** Inside its room, a driver is refused to all and then allowed again to the files that own it. */
function policiesOfDoor({ room, driver, files }) {
  const from = { element: { type: room } };
  return [
    { from, disallow: { to: external(driver) } },
    { from: { ...from, file: { path: files } }, allow: { to: external(driver) } },
    { from: { ...from, file: { categories: 'test' } }, allow: { to: external(driver) } },
  ];
}

export const dependencies = {
  default: 'disallow',
  // By default the plugin looks at our own files in other rooms only; here packages, Node and fixtures matter as much.
  checkAllOrigins: true,
  checkUnknownLocals: true,
  checkInternals: true,
  message: '{{ from.element.type }} may not import {{ dependency.source }} (scripts/lint/rooms.mjs)',
  policies: [
    ...Object.entries(rooms).flatMap(policiesOf),
    ...doors.flatMap(policiesOfDoor),
    // A room is entered by its front door.
    { disallow: { to: { module: { origin: 'external', source: '@cardea/*', internalPath: '**' } } } },
    // Tests and fixtures serve the tests of their own room.
    { disallow: { to: { file: { categories: 'test' } } } },
    ...Object.keys(rooms).map((room) => ({
      from: { element: { type: room }, file: { categories: 'test' } },
      allow: { to: { element: { type: room }, file: { categories: 'test' } } },
    })),
  ],
};
