// One configuration file: its tree of settings, and the line where each stands.
import { readFileSync } from 'node:fs';
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { ConfigError } from './config-error.js';
import type { Tree } from './foreign.js';

/** Where a setting stands: `file:line: `, or nothing when the file does not say it. */
export type Locate = (path: readonly PropertyKey[]) => string;

/** The place of a key, or of an entry of a list. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const entry = document.getIn(path, true);
  return isNode(entry) ? entry.range?.[0] : undefined;
}

/** @throws {ConfigError} when it cannot be read, is no YAML, or holds something else than settings */
export function readSettings(file: string): { tree: Tree; locate: Locate } {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${(error as Error).message})`);
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new ConfigError(`${file}:${String(lines.linePos(problem.pos[0]).line)}: ${problem.message}`);
  }
  const tree: unknown = document.toJS() ?? {};
  if (typeof tree !== 'object' || Array.isArray(tree))
    throw new ConfigError(`${file}: must hold settings, one \`name: value\` a line`);
  return {
    tree: tree as Tree,
    locate(path) {
      const offset = offsetOf(document, path);
      return offset === undefined ? '' : `${file}:${String(lines.linePos(offset).line)}: `;
    },
  };
}
