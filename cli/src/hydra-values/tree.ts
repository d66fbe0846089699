// Values as trees: what stands at a path, taken out or put in.
import { isObject } from '../documents.js';

export type Tree = Record<string, unknown>;

/** What is as good as nothing said. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.values(value).every(isEmpty));

/** Takes the value out; undefined where there is none. */
export function take(tree: Tree, key: string): unknown {
  const path = key.split('.');
  const last = path.pop() ?? '';
  const holder = path.reduce<unknown>((node, name) => (isObject(node) ? node[name] : undefined), tree);
  if (!isObject(holder)) return undefined;
  const value = holder[last];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a tree of our own
  delete holder[last];
  return value;
}

export function put(tree: Tree, key: string, value: unknown): void {
  const path = key.split('.');
  const last = path.pop() ?? '';
  const holder = path.reduce<Tree>((node, name) => {
    const next = node[name];
    return isObject(next) ? next : (node[name] = {});
  }, tree);
  const before = holder[last];
  holder[last] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
}

/** Key paths of all that is said; lists and their like count as one. */
export function leavesOf(tree: Tree, before: readonly string[] = []): { key: string; value: unknown }[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const path = [...before, name];
    if (isEmpty(value)) return [];
    return isObject(value) ? leavesOf(value, path) : [{ key: path.join('.'), value }];
  });
}
