// A C++ compiler for what npm brings only as source: the machine's own, else one from Debian's packages that runs from the cache
// and takes headers and libraries from there too.
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Unpacked } from './debian-packages.js';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { onPath, runTool } from './run-tool.js';

export interface Compiler {
  readonly file: string;
  /** To be given first. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One that has compiled and linked a small library just now. Throws with what to do when there is none to be had. */
export async function findCompiler(cache: string, progress: Progress): Promise<Compiler> {
  for (const name of ['g++', 'clang++']) {
    const own = { file: onPath(name) ?? '', args: [], environment: {} };
    if (own.file !== '' && (await compiles(own))) return own;
  }
  const tool = await debianTool({
    name: 'a C++ compiler',
    packages: ['g++'],
    cache,
    progress,
    finish: lendLibraries,
    works: (unpacked) => compiles(unpackedCompiler(unpacked)),
    otherwise: 'install g++',
  });
  return unpackedCompiler(tool);
}

function unpackedCompiler({ root, environment }: Unpacked): Compiler {
  const bin = path.join(root, 'usr/bin');
  const env = { ...environment, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  // Without headers of its own it was unpacked on a system that has those of the C library.
  const system = hasHeaders(root) ? [`--sysroot=${root}`] : [];
  return { file: path.join(bin, 'g++'), args: [...system, `-B${bin}/`], environment: env };
}

function hasHeaders(root: string): boolean {
  return existsSync(path.join(root, 'usr/include/stdio.h'));
}

const [machine, loader] =
  process.arch === 'arm64'
    ? ['aarch64-linux-gnu', 'lib/ld-linux-aarch64.so.1']
    : ['x86_64-linux-gnu', 'lib64/ld-linux-x86-64.so.2'];
const shared = ['libc.so.6', 'libm.so.6', 'libmvec.so.1', 'libstdc++.so.6', 'libgcc_s.so.1'];

/** The linker looks below the unpacked root only, where the libraries that the system has already were not unpacked. */
function lendLibraries(root: string): void {
  if (!hasHeaders(root)) return;
  const homes = ['lib', 'usr/lib'].map((each) => path.join(each, machine));
  for (const name of shared) {
    const own = homes.map((home) => path.join('/', home, name)).find((file) => existsSync(file));
    if (own !== undefined) for (const home of homes) lend(own, path.join(root, home, name));
  }
  lend(path.join('/', loader), path.join(root, loader));
}

function lend(own: string, place: string): void {
  if (existsSync(place)) return;
  mkdirSync(path.dirname(place), { recursive: true });
  symlinkSync(own, place);
}

async function compiles(compiler: Compiler): Promise<boolean> {
  const env = { ...process.env, ...compiler.environment };
  const source =
    '#include <cmath>\n#include <string>\ndouble probe(std::string text) { return std::sqrt(text.size()); }\n';
  const args = [...compiler.args, '-shared', '-fPIC', '-x', 'c++', '-', '-o', '/dev/null'];
  return runTool(compiler.file, args, { env, input: source }).then(
    () => true,
    () => false,
  );
}
