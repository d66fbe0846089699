// Picks a part of a JSON value: by a path (`a.0.b`, `$.a[0].b`, `items.#.id`, `items.#`) or by a pointer (RFC 6901).
import { Failure } from '../failure.js';

/** Stands for every element of an array; at the end of a path for how many there are. */
const each = '#';

/** @returns null where the path leads nowhere, as Hydra's command prints @throws {Failure} for what is no path */
export function selectByPath(value: unknown, path: string): unknown {
  return follow(value, stepsOf(path)) ?? null;
}

function stepsOf(path: string): string[] {
  const rest = path.replace(/^\$\.?/, '');
  if (rest === '') return [];
  const steps: string[] = [];
  const step = /\.?(?:\[(?:(\d+|\*)|'([^']*)'|"([^"]*)")\]|((?:[^.[\]\\]|\\.)+))/y;
  while (step.lastIndex < rest.length) {
    const found = step.exec(rest);
    if (found === null)
      throw new Failure(`${JSON.stringify(path)} is no path: write client_id, redirect_uris.0 or items.#.client_id`);
    const [, index, single, double, name = ''] = found;
    const word = index ?? single ?? double ?? name.replace(/\\(.)/g, '$1');
    steps.push(index === '*' || name === '*' ? each : word);
  }
  return steps;
}

function follow(value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (step === each && Array.isArray(value)) {
    if (rest.length === 0) return value.length;
    return value.map((element) => follow(element, rest)).filter((found) => found !== undefined);
  }
  return follow(childOf(value, step), rest);
}

function childOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? (value[Number(name)] as unknown) : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** @throws {Failure} for what is no pointer, or when nothing stands where it points */
export function selectByPointer(value: unknown, pointer: string): unknown {
  if (pointer !== '' && !pointer.startsWith('/')) {
    throw new Failure(
      `${JSON.stringify(pointer)} is no JSON pointer: it begins with a slash, as /redirect_uris/0 does`,
    );
  }
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replace(/~1/g, '/').replace(/~0/g, '~'));
  const found = names.reduce<unknown>(childOf, value);
  if (found === undefined) throw new Failure(`nothing stands at ${pointer}`);
  return found;
}
