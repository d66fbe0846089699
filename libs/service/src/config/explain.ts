// Says what is wrong with a configuration: where it stands, what it should be, and the key somebody meant.
import type { z } from 'zod';
import type { Locate } from './file.js';
import { nearest } from './nearest.js';
import type { Leaf } from './shape.js';
import { environmentName } from './shape.js';

/** More problems than this are not worth reading before the first ones are mended. */
const shown = 5;

/** The names that could stand where an unknown one does: sections and settings as deep as it, and every setting whole. */
function candidates(settings: readonly Leaf[], depth: number): string[] {
  const names = settings.flatMap(({ path }) => [path.slice(0, depth).join('.'), path.join('.')]);
  return [...new Set(names)];
}

function unknownKey(path: readonly PropertyKey[], settings: readonly Leaf[], locate: Locate): string {
  const name = path.map(String).join('.');
  const guess = nearest(name, candidates(settings, path.length));
  return `${locate(path)}${name} is not a setting${guess === undefined ? '' : `; did you mean ${guess}?`}`;
}

/** How else the setting can be given; entries of a list and whole sections have no name in the environment. */
function alternative(path: readonly PropertyKey[], settings: readonly Leaf[]): string {
  const leaf = settings.find((candidate) => candidate.path.every((key, index) => key === path[index]));
  return leaf === undefined ? '' : ` (environment: ${environmentName(leaf.path)})`;
}

/** The first few problems, a line each. Values are never repeated: one could be a secret. */
export function explain(error: z.ZodError, settings: readonly Leaf[], locate: Locate): string {
  return error.issues
    .flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => unknownKey([...issue.path, key], settings, locate));
      }
      const name = issue.path.map(String).join('.');
      return [`${locate(issue.path)}${name}: ${issue.message}${alternative(issue.path, settings)}`];
    })
    .slice(0, shown)
    .join('\n');
}
