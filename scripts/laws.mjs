// The laws of files (architecture §2): each opens with one sentence that names its duty, and files are small.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const places = ['libs', 'services', 'cli', 'bench', 'test-e2e', 'scripts', 'helm'];
const foreign = /(^|\/)(node_modules|dist|\.cache)\/|^libs\/rpc\/src\/gen\//;
const limits = { median: 80, ninth: 220, most: 400 };

/** Every source file we write by hand, relative to the root. */
function sources(root) {
  const inPlaces = places.flatMap((place) =>
    readdirSync(path.join(root, place), { recursive: true }).map((name) => path.join(place, name)),
  );
  return [...inPlaces, ...readdirSync(root)].filter((file) => /\.[cm]?[jt]s$/.test(file) && !foreign.test(file)).sort();
}

/** A comment with a letter in it, on the first line or below `#!`. */
const opens = (text) => /^(#!.*\n)?\/\/ \S*\p{L}/u.test(text);

const lineCount = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** How long the file is that stands at a share of all, shortest first. */
const quantile = (lengths, share) => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;

/** What breaks a law, a sentence each. @param texts file name to content */
export function judge(texts) {
  const broken = Object.entries(texts)
    .filter(([, text]) => !opens(text))
    .map(([file]) => `${file} does not open with a sentence that names its duty`);
  const lengths = Object.entries(texts).map(([file, text]) => ({ file, lines: lineCount(text) }));
  for (const { file, lines } of lengths) {
    if (lines > limits.most) broken.push(`${file} has ${lines} lines; none may have more than ${limits.most}`);
  }
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const ninth = quantile(sorted, 0.9);
  if (median >= limits.median) broken.push(`the median file has ${median} lines; it must stay under ${limits.median}`);
  if (ninth >= limits.ninth)
    broken.push(`one file in ten has ${ninth} lines or more; it must stay under ${limits.ninth}`);
  return broken;
}

/** @returns a sentence for each broken law in the clone at `root` */
export function brokenLaws(root) {
  return judge(Object.fromEntries(sources(root).map((file) => [file, readFileSync(path.join(root, file), 'utf8')])));
}
