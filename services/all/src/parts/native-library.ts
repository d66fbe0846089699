// A shared library of one C source of ours, compiled once per cache and text: what tests load beside SoftHSM.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findCompiler } from './compiler.js';
import { once } from './once.js';
import type { Progress } from './progress.js';
import { runTool } from './run-tool.js';

/**
 * @param options.source a C file, which may include `pkcs11.h`
 * @returns the path of the library
 * @throws {Error} with the compiler's words, or with what to install
 */
export async function compileLibrary(options: {
  readonly source: string;
  readonly cache: string;
  readonly progress: Progress;
}): Promise<string> {
  const { source, cache, progress } = options;
  const { name } = path.parse(source);
  const text = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const file = `${name}.so`;
  const made = await once({
    path: path.join(path.resolve(cache), `${name}-${text}-${process.platform}-${process.arch}`),
    progress,
    async build(directory) {
      const { file: compiler, args, environment } = await findCompiler(path.resolve(cache), progress);
      const headers = path.join(
        path.dirname(createRequire(import.meta.url).resolve('pkcs11js/package.json')),
        'includes',
        'pkcs11',
      );
      const flags = ['-x', 'c', '-std=gnu11', '-O2', '-Wall', '-fPIC', '-shared', '-Wl,-z,nodelete'];
      const output = path.join(directory, file);
      await runTool(compiler, [...args, ...flags, `-I${headers}`, source, '-o', output, '-ldl', '-lpthread'], {
        env: { ...process.env, ...environment },
      });
    },
  });
  return path.join(made, file);
}
