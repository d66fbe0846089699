// What an info string may order, by language; anything else is a mistake of the page (docs/writing.md says the same to people).
import type { Block } from './blocks.js';
import { placeOf } from './blocks.js';

/** Why a command is not run here. It is still parsed, and its flags, scripts and files have to exist. */
const reasons: Readonly<Record<string, string>> = {
  cluster: 'needs a Kubernetes cluster',
  docker: 'needs a container engine',
  machine: 'changes the machine: its services, what is installed',
  running: 'starts what runs already while the page is tested',
  minutes: 'takes minutes; CI runs it by itself',
  installation: 'is about an installation of the reader’s own: its hosts, its database',
};

const commands = ['exit', 'background', 'login-app', 'public', 'unrun', 'ran-by'];

/** Orders by language. Of those in one list, exactly one must be given, unless the list contains `''`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  sh: ['', ...commands],
  console: ['', ...commands],
  text: ['', 'output'],
  json: ['output', 'file'],
  yaml: ['config', 'values', 'manifest', 'file', 'output'],
  js: ['file', 'from'],
  ts: ['file', 'from'],
  sql: [''],
};

/** What is wrong with the orders of a block; nothing for a good one. */
export function mistakesOf(block: Block): string[] {
  const here = placeOf(block);
  const known = allowed[block.language];
  if (known === undefined) {
    return [
      `${here}: "${block.language}" is none of ${Object.keys(allowed).join(', ')}; every block says its language`,
    ];
  }
  const names = Object.keys(block.orders);
  const unknown = names.filter((name) => !known.includes(name));
  const reason = block.orders['unrun'];
  return [
    ...unknown.map((name) => `${here}: ${block.language} knows no "${name}"`),
    ...(names.length === 0 && !known.includes('')
      ? [`${here}: ${block.language} needs one of ${known.join(', ')}`]
      : []),
    ...(reason !== undefined && !Object.hasOwn(reasons, reason)
      ? [`${here}: unrun="${reason}" is none of ${Object.keys(reasons).join(', ')}`]
      : []),
  ];
}

/** Whether a block is a command to be run here. */
export const isRun = ({ language, orders }: Block): boolean =>
  ['sh', 'console'].includes(language) && orders['unrun'] === undefined && orders['ran-by'] === undefined;
