// Commands that are not run here are still read: their flags are the command's, their scripts and files exist.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import type { Block } from './blocks.js';
import { placeOf } from './blocks.js';
import { root } from '../processes.js';

/** Programs that pages name; another one is a spelling mistake or belongs on this list. */
const programs =
  'alias cd curl hydra kubectl systemctl pg_dump pg_restore psql createdb docker git gpg grep openssl softhsm2-util sed cat mkdir export source echo journalctl redis-cli tar buildah pkcs11-tool';
const known = new Set(programs.split(' '));

/** What is wrong with the commands of a block that is not run. */
export function mistakesInCommands(block: Block): string[] {
  const text = block.language === 'console' ? onlyCommands(block.text) : block.text;
  const here = placeOf(block);
  try {
    execFileSync('bash', ['-n'], { input: text, stdio: ['pipe', 'ignore', 'pipe'] });
  } catch (error) {
    return [`${here}: the shell does not understand it: ${String((error as { stderr?: Buffer }).stderr)}`];
  }
  return mistakesOfCommand(text).map((mistake) => `${here}: ${mistake}`);
}

/** What is wrong with commands, as a shell would read them. */
export const mistakesOfCommand = (text: string): string[] => commandsOf(text).flatMap(mistakesOf);

const onlyCommands = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2))
    .join('\n');

/** Each simple command as words, without assignments in front of it, redirections and comments. */
function commandsOf(text: string): string[][] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .flatMap((line) => line.match(/(?:'[^']*'|"[^"]*"|[^|;&])+/g) ?? [])
    .map((command) => (command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).filter((word) => !/^[<>]/.test(word)))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter(([program = '=']) => !program.includes('='));
}

function mistakesOf([program = '', ...words]: readonly string[]): string[] {
  if (program === 'sudo') return mistakesOf(words);
  if (program === 'npx' && words[0] === 'cardea') return cardeaMistakes(words.slice(1));
  if (program === 'cardea') return cardeaMistakes(words);
  if (program === 'npm') return npmMistakes(words);
  if (program === 'node') return existsSync(path.join(root, words[0] ?? '')) ? [] : [`there is no ${words[0] ?? ''}`];
  if (program === 'sh') return existsSync(path.join(root, words[0] ?? '')) ? [] : [`there is no ${words[0] ?? ''}`];
  if (program === 'helm') return helmMistakes(words);
  return known.has(program) ? [] : [`nobody knows the program ${program}`];
}

/** The reference is written from the commands themselves, and `npm run verify` proves that it is current. */
const reference = readFileSync(path.join(root, 'docs/cli.md'), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((section) => ({
    path: (/Usage: cardea ([^[<\n]*)/.exec(section)?.[1] ?? '').trim().split(' '),
    flags: new Set(section.match(/(?<![\w-])--?[a-z][a-z-]*/g)),
  }));

/** Whether commands begin with these words, and none is these words alone. */
export const isFamily = (words: readonly string[]): boolean =>
  reference.some(({ path: names }) => names.length > words.length && words.every((word, at) => names[at] === word));

function cardeaMistakes(words: readonly string[]): string[] {
  const fits = reference.filter(({ path: names }) =>
    names.every((name, index) => name.split('|').includes(words[index] ?? '')),
  );
  const command = fits.sort((a, b) => b.path.length - a.path.length)[0];
  if (command === undefined) return [`there is no command cardea ${words.join(' ')}`];
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*/, ''));
  return flags
    .filter((flag) => !command.flags.has(flag) && flag !== '--debug')
    .map((flag) => `cardea ${command.path.join(' ')} knows no ${flag}`);
}

function npmMistakes([verb = '', ...words]: readonly string[]): string[] {
  if (verb === 'install') return [];
  const at = words.indexOf('-w');
  const folder = at < 0 ? '' : (words[at + 1] ?? '');
  const { scripts } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const script = verb === 'run' ? (words[0] ?? '') : verb;
  const paths = words.filter((word) => /\.(test\.ts|mjs)$/.test(word) && !existsSync(path.join(root, word)));
  return [
    ...(Object.hasOwn(scripts, script) ? [] : [`there is no npm script "${script}"`]),
    ...paths.map((file) => `there is no ${file}`),
  ];
}

function helmMistakes(words: readonly string[]): string[] {
  const files = words.filter((word) => word.startsWith('helm/'));
  return files.filter((file) => !existsSync(path.join(root, file))).map((file) => `there is no ${file}`);
}
