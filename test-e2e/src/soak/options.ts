// The command line of `npm run soak`.
import { parseArgs } from 'node:util';

export interface Options {
  readonly minutes: number;
  /** Errands a second; undefined for half of what this machine reaches. */
  readonly perSecond: number | undefined;
  readonly seed: number;
  readonly json: boolean;
  /** A document whose section is written anew. */
  readonly write: string | undefined;
}

export const help = `npm run soak [-- options]: lets two of everything work for a while, with faults inside, and looks for what grows

Clients come in an open loop at half of the rate that this machine reaches, and check every answer as in npm run faults. Meanwhile
PostgreSQL restarts and loses its sessions (F05), the cache is emptied (F10), and gateways, token and keys services are
restarted in turn (F22). Every process is looked at every few seconds, after a full collection.

  --minutes 10      how long the load goes on
  --per-second N    errands a second, in place of half of what is reached
  --seed 1          of the dice
  --json            the outcome as JSON on stdout
  --write FILE      puts the tables between their marks in a document: docs/reliability.md

The exit code is 0 when no 5xx is without its fault, no invariant broke, in the second half no heap grows significantly faster than
1 MiB an hour, and sockets, timers, streams, threads and sessions are back at their idle counts within 60 s.
`;

export class UsageError extends Error {}

/** @throws {UsageError} */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = { minutes: text, 'per-second': text, seed: text, json: flag, write: text, help: flag };
  const given = () => {
    try {
      return parseArgs({ args: [...argv], options: names, allowPositionals: false }).values;
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  };
  const values = given();
  if (values.help === true) return 'help';
  const number = (name: 'minutes' | 'per-second' | 'seed') => {
    const word = values[name];
    if (word === undefined) return undefined;
    if (!(Number(word) > 0)) throw new UsageError(`--${name} takes a number above 0`);
    return Number(word);
  };
  return {
    minutes: number('minutes') ?? 10,
    perSecond: number('per-second'),
    seed: number('seed') ?? 1,
    json: values.json === true,
    write: values.write,
  };
}
