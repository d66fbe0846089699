// Prints how many of a thousand lists are born in V8's old generation, at most, where all that was made before them has lived long, as
// `node born-old.mjs MODULE EXPORT`: a process of its own, as whoever asks for something of V8 asks for the whole process.
//
// MODULE's EXPORT is called first; without one V8 does as it likes.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const [module, name] = process.argv.slice(2);
if (module !== undefined) (await import(pathToFileURL(path.resolve(module)).href))[name]();

setFlagsFromString('--allow-natives-syntax');
const isYoung = new Function('object', 'return %InYoungGeneration(object)');
const make = (number) => ({ number, list: [number, number] });

/** How many of a thousand, each asked about at once: later it may have been promoted. */
function bornOld() {
  let old = 0;
  for (let number = 0; number < 1_000; number++) if (!isYoung(make(number).list)) old++;
  return old;
}

// Many times what the young generation holds; whether V8 has judged the place shows in what comes later.
let most = 0;
for (let rounds = 0; rounds < 30; rounds++) {
  const kept = [];
  for (let number = 0; number < 200_000; number++) kept.push(make(number));
  most = Math.max(most, bornOld());
}
process.stdout.write(`${String(most)}\n`);
