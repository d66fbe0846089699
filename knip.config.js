// Dead code: every file is reached from an entry, every export has a reader, every dependency an import.
const library = { project: ['src/**/*.ts'] };
const service = { entry: ['src/main.ts', 'src/worker-main.ts'], project: ['src/**/*.ts'] };

export default {
  workspaces: {
    '.': {
      entry: ['scripts/*.mjs', 'scripts/lint/resolver.cjs'],
      project: ['scripts/**/*.{mjs,cjs,ts}', '*.js'],
      // Of util-linux.
      ignoreBinaries: ['unshare'],
    },
    'libs/*': library,
    // Beside index.ts or main.ts: what is started by its path, as a process of its own.
    'libs/rpc': { entry: ['src/{replica,grows-old}.fixture.ts'], ...library },
    'services/*': service,
    'services/token': { ...service, entry: [...service.entry, 'src/authorize/grows-old.fixture.ts'] },
    'services/keys': {
      entry: [
        'src/main.ts',
        'src/bootstrap.fixture.ts',
        'src/hsm/{session-faults,repairs,make-objects,intruder}.fixture.ts',
      ],
      project: ['src/**/*.ts'],
    },
    'services/all': {
      entry: ['src/demo/end-with-parent.ts', 'src/parts/{build-once,launch}.fixture.ts'],
      project: ['src/**/*.ts'],
      // Found by resolving its path: it holds C headers.
      ignoreDependencies: ['node-api-headers'],
    },
    cli: {
      entry: ['bin/*.js', 'src/main.ts'],
      project: ['src/**/*.ts', 'bin/*.js'],
      // Of the machine, where it has it: it encrypts secrets for --pgp-key.
      ignoreBinaries: ['gpg', 'gpgconf'],
    },
    bench: {
      entry: ['src/main.ts', 'src/load/driver-main.ts', 'src/peers/oidc-provider-main.ts', 'src/gate/floor-main.ts'],
      project: ['src/**/*.ts'],
      // Of util-linux.
      ignoreBinaries: ['taskset'],
    },
    'test-e2e': {
      entry: [
        'src/{cluster,faults,failover,images,look,soak}/main.ts',
        'src/cluster/inside-main.ts',
        'src/soak/probe.ts',
      ],
      ignoreBinaries: ['unshare'],
      ...library,
    },
    // Asked for by the name of a kind, at run time.
    helm: { project: ['src/**/*.ts'], ignoreDependencies: ['kubernetes-models', '@kubernetes-models/.*'] },
  },
  // Written by ts-proto, whole whether needed or not.
  ignore: ['libs/rpc/src/gen/**'],
  // Started by path from scripts, which nothing can see.
  ignoreDependencies: ['@bufbuild/buf', 'jest'],
  // A type that an exported function takes or gives has a name, whether or not a caller ever says it.
  ignoreExportsUsedInFile: { interface: true, type: true },
};
