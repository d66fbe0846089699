// A setting that is taken up while services run, and how somebody outside sees that it was.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Values of a configuration file. */
export interface Settings {
  readonly [name: string]: SettingValue;
}
type SettingValue = string | number | boolean | Settings | readonly (string | Settings)[];

/** A change of settings and its observation. */
export interface Effect {
  /** The settings whose change is seen by it, as docs/configuration.md names them. */
  readonly keys: readonly string[];
  readonly settings: Settings;
  /** Whether the change is in force. Without it, this is false. */
  readonly seen: () => Promise<boolean>;
}

/** One tree out of several; what is said last counts. */
export function merged(...trees: readonly Settings[]): Settings {
  const isTree = (value: SettingValue | undefined): value is Settings =>
    typeof value === 'object' && !Array.isArray(value);
  return trees.reduce<Settings>((all, tree) => {
    const mixed = Object.entries(tree).map(([key, value]): [string, SettingValue] => {
      const before = all[key];
      return [key, isTree(value) && isTree(before) ? merged(before, value) : value];
    });
    return { ...all, ...Object.fromEntries(mixed) };
  }, {});
}

/** Settings by a dotted name. */
export const setting = (key: string, value: SettingValue): Settings =>
  key.split('.').reduceRight<SettingValue>((inner, name) => ({ [name]: inner }), value) as Settings;

/** @param holds asked again and again; what goes wrong meanwhile is said in the end */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  let last: unknown = '';
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`it did not come to pass: ${what} ${String(last)}`);
}

/** Waits a moment for what is written or sent behind an answer. */
export async function soon(holds: () => boolean): Promise<boolean> {
  for (const end = Date.now() + 2_000; Date.now() < end; await sleep(20)) if (holds()) return true;
  return holds();
}

export const letters = (): string => [...randomBytes(12)].map((byte) => 'abcdefghijklmnop'[byte % 16]).join('');
