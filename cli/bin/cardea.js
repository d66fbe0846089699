#!/usr/bin/env node
// The `cardea` command: hands over to the built code, or says how to build it.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write('cardea: not built yet: run `npm run build` first\n');
  process.exitCode = 1;
}
