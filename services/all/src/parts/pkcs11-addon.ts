// pkcs11js' native half: npm brings only its source (install scripts do not run here), so it is compiled once per cache, with
// the machine's g++ or one from Debian's packages, and put where pkcs11js looks for it.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Compiler } from './compiler.js';
import { findCompiler } from './compiler.js';
import { once } from './once.js';
import type { Progress } from './progress.js';
import { runTool, runs } from './run-tool.js';

/** Throws with the reason when it can neither be found nor made. */
export async function prepareAddon(cache: string, progress: Progress): Promise<void> {
  const resolve = createRequire(import.meta.url).resolve;
  const home = path.dirname(resolve('pkcs11js/package.json'));
  const release = path.join(home, 'build', 'Release');
  const target = path.join(release, 'pkcs11.node');
  if (await loads(target)) return;
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
  const headers = path.join(path.dirname(resolve('node-api-headers/package.json')), 'include');
  const made = await once({
    path: path.join(cache, `pkcs11js-${version}-node${process.versions.modules}-${process.platform}-${process.arch}`),
    progress,
    works: (directory) => loads(path.join(directory, 'pkcs11.node')),
    async build(directory) {
      const compiler = await findCompiler(cache, progress);
      progress('compiling pkcs11js, which is done once and takes some seconds');
      await compile(compiler, home, headers, path.join(directory, 'pkcs11.node'));
    },
  });
  // By way of a name of its own: another process may be loading it now.
  mkdirSync(release, { recursive: true });
  const copy = `${target}.${process.pid}`;
  copyFileSync(path.join(made, 'pkcs11.node'), copy);
  renameSync(copy, target);
}

/** Tried in a process of its own, which may crash in our stead. */
async function loads(file: string): Promise<boolean> {
  const script = "process.exit(typeof require(process.argv[1]).PKCS11 === 'function' ? 0 : 1)";
  return existsSync(file) && runs(process.execPath, ['-e', script, file]);
}

async function compile(compiler: Compiler, home: string, headers: string, output: string): Promise<void> {
  const sources = ['dl.cpp', 'common.cpp', 'main.cpp'].map((name) => path.join(home, 'src', name));
  const defines = ['NAPI_VERSION=8', 'NAPI_DISABLE_CPP_EXCEPTIONS', 'NODE_GYP_MODULE_NAME=pkcs11'];
  const includes = [headers, path.join(home, 'includes'), path.join(home, 'includes', 'pkcs11')];
  const flags = [
    '-O2',
    '-std=c++17',
    '-fPIC',
    '-shared',
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
  ];
  const args = [
    ...compiler.args,
    ...flags,
    ...defines.map((each) => `-D${each}`),
    ...includes.map((each) => `-I${each}`),
    ...sources,
    '-o',
    output,
  ];
  await runTool(compiler.file, args, { env: { ...process.env, ...compiler.environment } });
}
