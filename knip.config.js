// Dead code: every file is reached from an entry, every export has a reader, every dependency an import.
const room = { entry: ['src/main.ts'], project: ['src/**/*.ts'] };
const library = { project: ['src/**/*.ts'] };

export default {
  workspaces: {
    '.': {
      entry: ['scripts/*.mjs', 'scripts/lint/resolver.cjs'],
      project: ['scripts/**/*.{mjs,cjs,ts}', '*.js'],
    },
    'libs/*': library,
    'services/*': room,
    'services/all': {
      ...library,
      // Run by path: as a process of their own in tests, and preloaded into each process of the demo.
      entry: ['src/parts/{launch,build-once}.fixture.ts', 'src/demo/end-with-parent.ts'],
      // Its headers are given to the compiler.
      ignoreDependencies: ['node-api-headers'],
    },
    cli: { entry: ['bin/*.js', 'src/main.ts'], project: ['src/**/*.ts', 'bin/*.js'] },
    bench: { entry: ['src/main.ts'], project: ['src/**/*.ts'] },
    'test-e2e': library,
  },
  // Written by ts-proto, whole whether needed or not.
  ignore: ['libs/rpc/src/gen/**'],
  // Started by path from scripts, which nothing can see.
  ignoreDependencies: ['@bufbuild/buf', 'jest'],
  // A type that an exported function takes or gives has a name, whether or not a caller ever says it.
  ignoreExportsUsedInFile: { interface: true, type: true },
};
