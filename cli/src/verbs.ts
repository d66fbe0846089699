// The first words of Hydra's commands, which resources then hang on: `cardea create …`, `cardea list …`.
import type { Command } from 'commander';

const verbs = {
  create: 'Create clients, keys and trusted issuers.',
  get: 'Show what has a name or an id.',
  list: 'List clients, trusted issuers, consents and what happened.',
  update: 'Change clients.',
  rotate: 'Replace secrets.',
  delete: 'Delete clients, keys, tokens and trusted issuers.',
  import: 'Take in clients, keys and values of a Helm chart from files.',
  introspect: 'Ask what a token is worth.',
  revoke: 'End tokens, consents and logins.',
  perform: 'Go through a flow as a relying party would, and show the tokens.',
} as const;

export type Verbs = Readonly<Record<keyof typeof verbs, Command>>;

/** With their aliases. */
export const verbNames: readonly string[] = [...Object.keys(verbs), 'ls'];

export function addVerbs(program: Command): Verbs {
  const entries = Object.entries(verbs).map(([name, description]) => [
    name,
    program.command(name).description(description),
  ]);
  const made = Object.fromEntries(entries) as Verbs;
  made.list.alias('ls');
  return made;
}
