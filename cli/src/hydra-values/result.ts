// What a translation has come to: values of our chart, and what a person has to know of the rest.
import type { Tree } from './tree.js';
import { isEmpty, put } from './tree.js';

/** Something about one of Hydra's values. */
export interface Remark {
  readonly key: string;
  readonly text: string;
}

export interface Result {
  readonly values: Tree;
  /** What somebody has to do. */
  readonly todo: Remark[];
  /** What needs nothing here. */
  readonly needless: Remark[];
}

/** Where a rule writes what it makes of a value. */
export interface Writer {
  /** A value of our chart; not one that only Hydra's chart can read. */
  set(key: string, value: unknown): void;
  todo(text: string, key?: string): void;
  needless(text: string, key?: string): void;
}

export const emptyResult = (): Result => ({ values: {}, todo: [], needless: [] });

/** @param from the key of Hydra's that is being looked at */
export function writerFor(result: Result, from: string): Writer {
  const todo = (text: string, key = from) => void result.todo.push({ key, text });
  return {
    set(key, value) {
      if (isEmpty(value)) return;
      if (JSON.stringify(value).includes('{{')) {
        todo(`is a template, which only Hydra's chart reads: write what it comes to below ${key}`);
      } else put(result.values, key, value);
    },
    todo,
    needless: (text, key = from) => void result.needless.push({ key, text }),
  };
}
