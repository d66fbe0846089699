// A process that makes something once and can be killed half-way: it writes one half, says so, and waits for a word.
// Argument: the path to make.
import { once as event } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { once } from './once.js';

const say = (word: string): boolean => process.stdout.write(`${word}\n`);

await once({
  path: String(process.argv[2]),
  progress: say,
  async build(directory) {
    writeFileSync(path.join(directory, `half-${process.pid}`), '');
    say('half');
    await event(process.stdin, 'data');
    writeFileSync(path.join(directory, 'whole'), '');
  },
});
say('done');
process.exit();
