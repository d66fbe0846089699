#!/usr/bin/env node
// The `cardea` command: hands over to the built code, or says how to build it.
import { existsSync } from 'node:fs';
import module from 'node:module';

// Node.js 22.8 and later keep what they compiled, and start sooner. It stays in memory, 4 MB of it: a service does without.
if (process.argv[2] !== 'serve') module.enableCompileCache?.();

// Whoever reads only the first lines of the output has had enough: that is no failure.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write('cardea: not built yet: run `npm run build` first\n');
  process.exitCode = 1;
}
