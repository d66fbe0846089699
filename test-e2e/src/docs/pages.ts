// Every page there is: docs/ with all below it, and what stands at the root of the clone.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../processes.js';

/** Relative to the clone, in order. */
export function allPages(): string[] {
  const below = readdirSync(path.join(root, 'docs'), { recursive: true }).map((name) =>
    path.posix.join('docs', String(name)),
  );
  const top = [...readdirSync(root), 'deploy/README.md'];
  return [...top, ...below].filter((name) => name.endsWith('.md')).sort();
}

export const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');
