// What a process carries from its start on: of each, the packages that it imports before anybody has asked it for anything. What only some
// installations need, or only somebody who looks into a queue, is loaded when it is needed: each was megabytes of every process.
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Names of the packages, our own among them, that an entry point reaches by imports that run at once. */
async function carried(entryPoint: string): Promise<Set<string>> {
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: [entryPoint], outdir: '/nowhere', write: false, metafile: true },
    ...{ bundle: true, format: 'esm', platform: 'node', conditions: ['source'], logLevel: 'error' },
    plugins: [
      {
        name: 'packages',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === 'entry-point' || name.startsWith('@cardea/') ? undefined : { path: name, external: true },
          ),
      },
    ],
  });
  const found = new Set<string>();
  const seen = new Set([entryPoint]);
  for (const file of seen) {
    for (const { path: target, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      if (external === true) found.add(/^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target);
      else seen.add(target);
    }
  }
  for (const file of seen) found.add(path.dirname(file).replace(/\/src.*/, ''));
  return found;
}

test.each([
  ['cli/src/main.ts', ['commander'], ['cli'], ['zod', 'yaml', 'express', 'services/token']],
  ['services/gateway/src/index.ts', ['express'], ['libs/rpc'], ['ioredis', 'pg', 'jose', 'bullmq', 'services/token']],
  ['services/admin/src/index.ts', ['express'], ['libs/rpc'], ['@bull-board/api', 'bullmq', 'pg', 'ioredis']],
  ['services/token/src/index.ts', ['ioredis', 'pg'], ['libs/rpc'], ['bullmq', 'express', 'bcrypt', '@node-rs/argon2']],
  ['services/keys/src/index.ts', ['pg'], ['libs/rpc'], ['pkcs11js', 'express', 'ioredis', 'bullmq']],
])('%s', async (entryPoint, packages, own, never) => {
  const found = await carried(entryPoint);
  for (const name of [...packages, ...own]) expect(found).toContain(name);
  for (const name of [...never, '@opentelemetry/sdk-trace-base', '@grpc/reflection', '@grpc/proto-loader'])
    expect(found).not.toContain(name);
});

test('what is loaded later is not counted', async () => {
  expect(await carried('services/token/src/worker-service.ts')).not.toContain('bullmq');
  expect(await carried('services/token/src/start-worker.ts')).toContain('bullmq');
});
