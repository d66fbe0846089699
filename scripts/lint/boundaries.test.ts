// The walls hold: each import that architecture §3 forbids is refused by the very rules that `npm run lint` uses.
import { expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import tseslint from 'typescript-eslint';
import config from '../../eslint.config.js';
import { rooms } from './rooms.mjs';

const root = path.resolve(import.meta.dirname, '../..');

// Without types, so that a sentence can be linted as if it stood in a file that does not exist.
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  baseConfig: [...config, { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

/** The rules that refuse a text standing at a path. */
async function refusals(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: path.join(root, file) });
  const walls = /^(boundaries\/|no-restricted-)|^max-lines$/;
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === null || walls.test(ruleId))
    .map((m) => String(m.ruleId));
}

const imports = (source: string) => `import * as it from '${source}';\nit.use();\n`;

test.each([
  ['libs/oauth/src/x.ts', '@cardea/rpc'],
  ['libs/oauth/src/x.ts', '@cardea/service'],
  ['libs/oauth/src/x.ts', 'node:fs'],
  ['libs/oauth/src/x.ts', 'node:http'],
  ['libs/oauth/src/x.ts', 'jose'],
  ['libs/rpc/src/x.ts', '@cardea/service'],
  ['libs/rpc/src/x.ts', 'express'],
  ['libs/service/src/x.ts', '@cardea/http'],
  ['libs/service/src/x.ts', '@cardea/token'],
  ['libs/service/src/x.ts', '@grpc/grpc-js'],
  ['libs/service/src/x.ts', 'pg'],
  ['libs/http/src/x.ts', '@cardea/rpc'],
  ['libs/http/src/x.ts', '@cardea/gateway'],
  ['services/gateway/src/x.ts', '@cardea/token'],
  ['services/gateway/src/x.ts', '@cardea/admin'],
  ['services/gateway/src/x.ts', 'pg'],
  ['services/gateway/src/x.ts', 'ioredis'],
  ['services/gateway/src/x.ts', 'express'],
  ['services/gateway/src/x.ts', '@grpc/grpc-js'],
  ['services/admin/src/x.ts', '@cardea/keys'],
  ['services/admin/src/x.ts', 'pkcs11js'],
  ['services/admin/src/x.ts', 'express'],
  ['services/token/src/x.ts', '@cardea/http'],
  ['services/token/src/x.ts', '@cardea/keys'],
  ['services/token/src/x.ts', 'pkcs11js'],
  ['services/token/src/x.ts', '@grpc/grpc-js'],
  ['services/keys/src/x.ts', '@cardea/token'],
  ['services/keys/src/x.ts', '@cardea/http'],
  ['services/keys/src/x.ts', 'ioredis'],
  ['services/keys/src/x.ts', 'node:https'],
  ['services/keys/src/x.ts', 'node:net'],
  ['services/keys/src/x.ts', 'pkcs11js'],
  ['services/keys/src/hsm/mechanisms.ts', 'pkcs11js'],
  ['services/keys/src/hsm/token.ts', 'pg'],
  ['services/keys/src/rpc/signing.ts', 'pg'],
  ['services/demo-login/src/x.ts', '@cardea/oauth'],
  ['services/demo-rp/src/x.ts', '@cardea/rpc'],
  ['services/all/src/x.ts', 'pkcs11js'],
  ['cli/src/x.ts', 'pg'],
  ['test-e2e/src/x.test.ts', '@cardea/token'],
  ['test-e2e/src/x.test.ts', 'ioredis'],
  ['services/token/src/x.ts', 'left-pad'],
])('%s may not import %s', async (file, source) => {
  expect(await refusals(file, imports(source))).toContain('boundaries/dependencies');
});

test.each([
  ['a dynamic import', "export const it = await import('pg');\n"],
  ['an import of types', "import type { Pool } from 'pg';\nexport type It = Pool;\n"],
  ['a re-export', "export { Pool } from 'pg';\n"],
  ['another room by path', imports('../../token/src/sign.js')],
  ['a library by path', imports('../../../libs/oauth/src/errors.js')],
  ['a library past its front door', imports('@cardea/oauth/src/errors.js')],
  ['a fixture', imports('./gateway.fixture.js')],
  ['a test', imports('./cookies.test.js')],
  ['what only tests may', imports('@jest/globals')],
])('the gateway may not reach %s', async (_name, text) => {
  expect(await refusals('services/gateway/src/x.ts', text)).toContain('boundaries/dependencies');
});

test.each([
  ['libs/oauth/src/x.ts', imports('node:crypto').replace('* as it', '{ createHash as it }')],
  ['libs/oauth/src/x.test.ts', imports('node:fs')],
  ['libs/rpc/src/x.ts', imports('@grpc/grpc-js')],
  ['libs/service/src/x.ts', "export const it = await import('@opentelemetry/sdk-trace-base');\n"],
  ['libs/service/src/x.test.ts', imports('pg')],
  ['libs/http/src/x.ts', imports('express')],
  ['services/gateway/src/routes/x.ts', imports('../settings.js')],
  ['services/gateway/src/x.test.ts', imports('./gateway.fixture.js')],
  ['services/gateway/src/x.ts', imports('@cardea/http')],
  ['services/token/src/x.ts', imports('pg')],
  ['services/keys/src/hsm/token.ts', imports('pkcs11js')],
  ['services/keys/src/sealed/keys.ts', imports('pg')],
  ['services/keys/src/registry/x.ts', imports('pg')],
  ['services/all/src/x.ts', imports('@cardea/keys')],
  ['test-e2e/src/x.test.ts', imports('openid-client')],
])('%s may: %s', async (file, text) => {
  expect(await refusals(file, text)).toEqual([]);
});

test.each([
  ['reads the clock', 'export const it = Date.now();\n'],
  ['reads the clock anew', 'export const it = new Date();\n'],
  ['throws dice', 'export const it = Math.random();\n'],
  ['draws random bytes', "import { randomBytes } from 'node:crypto';\nexport const it = randomBytes(1);\n"],
  [
    'draws random bytes through the module',
    "import crypto from 'node:crypto';\nexport const it = crypto.randomBytes(1);\n",
  ],
  ['draws random bytes globally', 'export const it = crypto.randomUUID();\n'],
  ['waits', 'setTimeout(() => undefined, 1);\n'],
  ['calls out', "export const it = fetch('https://example.com');\n"],
  ['reads the environment', 'export const it = process.env;\n'],
])('libs/oauth is refused when it %s', async (_name, text) => {
  expect(await refusals('libs/oauth/src/x.ts', text)).toHaveLength(1);
});

test('the keys service is refused when it calls out', async () => {
  expect(await refusals('services/keys/src/x.ts', "void fetch('https://example.com');\n")).toEqual([
    'no-restricted-globals',
  ]);
});

test('a file of 401 lines is refused, one of 400 is not', async () => {
  const lines = (count: number) => Array.from({ length: count }, () => '// a line').join('\n');
  expect(await refusals('libs/oauth/src/x.ts', lines(401))).toEqual(['max-lines']);
  expect(await refusals('libs/oauth/src/x.ts', lines(400))).toEqual([]);
});

test.each(Object.entries(rooms))(
  'the dependencies of %s are those the table allows it',
  (room, { rooms: others, drivers }) => {
    const manifest = JSON.parse(readFileSync(path.join(root, room, 'package.json'), 'utf8')) as {
      dependencies?: object;
      optionalDependencies?: object;
    };
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const allowed = [...others.map((other) => `@cardea/${other}`), ...drivers];
    const covers = (name: string) =>
      allowed.some((entry) => (entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : name === entry));
    expect(declared.filter((name) => !covers(name))).toEqual([]);
  },
);
