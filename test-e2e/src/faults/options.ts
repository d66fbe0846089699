// The command line of `npm run faults`.
import type { Fault } from './fault.js';

export interface Options {
  /** Ids of the catalogue; empty for all. */
  readonly only: readonly string[];
  readonly seconds: number;
  readonly lanes: number;
  readonly seed: number;
  readonly json: boolean;
  /** A document whose section is written anew. */
  readonly write: string | undefined;
  readonly list: boolean;
  /** Few and short: what `npm test` makes. */
  readonly short: boolean;
}

export class UsageError extends Error {}

const defaults: Options = {
  only: [],
  seconds: 12,
  lanes: 12,
  seed: 1,
  json: false,
  write: undefined,
  list: false,
  short: false,
};

/** @throws {UsageError} */
export function readOptions(argv: readonly string[], ids: readonly string[]): Options | 'help' {
  let options = defaults;
  const words = argv.flatMap((word) =>
    word.startsWith('--') && word.includes('=') ? word.split(/=(.*)/s, 2) : [word],
  );
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const value = () => {
      const next = words[++at];
      if (next === undefined) throw new UsageError(`${word} needs a value`);
      return next;
    };
    const number = (least: number) => {
      const given = Number(value());
      if (!Number.isInteger(given) || given < least)
        throw new UsageError(`${word} takes a whole number from ${String(least)} on`);
      return given;
    };
    if (word === '--help' || word === '-h') return 'help';
    else if (word === '--only') options = { ...options, only: value().toUpperCase().split(',') };
    else if (word === '--seconds') options = { ...options, seconds: number(1) };
    else if (word === '--lanes') options = { ...options, lanes: number(1) };
    else if (word === '--seed') options = { ...options, seed: number(0) };
    else if (word === '--write') options = { ...options, write: value() };
    else if (word === '--json') options = { ...options, json: true };
    else if (word === '--list') options = { ...options, list: true };
    else if (word === '--short') options = { ...options, short: true, seconds: 2, lanes: 6 };
    else throw new UsageError(`there is no ${word}; --help tells what there is`);
  }
  const unknown = options.only.find((id) => !ids.includes(id));
  if (unknown !== undefined)
    throw new UsageError(`there is no fault ${unknown}; there are ${[...new Set(ids)].join(', ')}`);
  return options;
}

export const help = (
  faults: readonly Fault[],
): string => `npm run faults [-- options]: kills parts under load, and checks what clients were told

It starts 2 gateways, 2 token services, 2 keys services, admin, worker, PostgreSQL and 3 Redis, all real and all its own,
and plays clients that remember every answer: tokens issued, refreshed, introspected and revoked, codes redeemed by two at
once, consents withdrawn. While they go on it makes one fault after the other, and then asks everybody about everything.

  --only F10,F12   these faults of the catalogue, not all
  --seconds 12     how long each lasts
  --lanes 12       how many things clients do at once
  --seed 1         of the dice
  --json           the outcomes as JSON on stdout, histories included
  --write FILE     puts the table between the marks of a document: docs/reliability.md
  --list           the faults, and nothing is done
  --short          three of them, two seconds each, and refusals are forgiven: what npm test makes

INV1  what was issued lives until something may have ended it      INV4  an unknown outcome is a 503 that says so
INV2  what was revoked, and told so, is dead for everybody          INV5  every answer comes within the client's patience
INV3  what is good for once has one result                          INV6  whatever was signed is in the signers' record

A broken invariant prints the history of the one token that broke it. The exit code is 0 when every row holds.

${list(faults)}
`;

/** One line a fault. */
export const list = (faults: readonly Fault[]): string => faults.map(({ id, how }) => `  ${id}  ${how}`).join('\n');
