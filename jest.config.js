// One ESM configuration for all rooms; always run through `npm test`, which brings PostgreSQL, Redis and SoftHSM first.
export default {
  testEnvironment: '<rootDir>/scripts/lib/scratch-environment.mjs',
  // Not in the system's temporary directory, of which a run of the tests has one of its own.
  cacheDirectory: '<rootDir>/.cache/jest',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons', 'default'] },
  // Real servers on a busy machine: only what hangs may run out of time.
  testTimeout: 30_000,
  testMatch: ['<rootDir>/{libs,services,cli,scripts,test-e2e,bench,helm}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
};
