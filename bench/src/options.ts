// The command line of the benchmark.
import { parseArgs } from 'node:util';
import type { Plan } from './measure.js';
import type { RunningPeer } from './peers/peer.js';
import type { Scenario } from './scenarios/scenario.js';

export interface Options {
  readonly plan: Plan;
  readonly connections: number;
  /** First port of the demo that is started. */
  readonly base: number;
  /** File with the line of a demo that runs already. */
  readonly attach: string | undefined;
  /** File for the results. */
  readonly json: string | undefined;
  readonly coldStarts: number;
  /** Measures the signer alone, with its keys here and there, instead of the provider. */
  readonly signer: boolean;
  /** Measures a database that has grown instead, by this share of ten million rows. */
  readonly large: number | undefined;
  /** Measures npm's oidc-provider in the same rounds, in memory and over PostgreSQL. */
  readonly peers: boolean;
  /** One that runs already and speaks Hydra's API. */
  readonly peer: RunningPeer | undefined;
  /** Whether to measure lateness in an open loop too, and at which rate if not at shares of what was reached. */
  readonly openLoop: { readonly perSecond: number | undefined } | undefined;
}

/** A command line that cannot be acted on; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = (scenarios: readonly Scenario[]): string => `npm run bench -- [options]

Starts Cardea's own processes, PostgreSQL and Redis on loopback, drives them for a bounded time, and tells the CPU
time a request costs over all of them. Wall-clock figures depend on the machine; the CPU ratio is what to compare.

  --quick            about two minutes: short slices, 3 rounds
  --signer           the signer alone: keys in SoftHSM, in software, without its record, in an HSM of 5 ms
  --only NAMES       these scenarios, separated by commas
  --rounds N         rounds measured (5; quick: 3)
  --seconds N        length of a slice (5; quick: 2)
  --units N          single-use codes and tokens prepared a slice (3000; quick: 600)
  --connections N    concurrent callers (64)
  --large SHARE      a database of ten million rows, times the share, against an empty one; a client with
                     100,000 tokens is deleted meanwhile
  --peers            npm's oidc-provider in the same rounds: in memory, which flatters it, and as durable as ours
  --peer-public URL, --peer-admin URL, --peer-pids NAME=PID,…
                     a provider that runs already, speaks Hydra's API, and whose processes are these
  --open-loop        also how late answers are at 30, 60 and 80 % of the rate that was reached, asked at random times
  --rate N           the same at N requests a second
  --json FILE        also write the results as JSON
  --ports N          first port of the demo (8600)
  --attach FILE      measure a running demo, whose line of JSON is in FILE
  --help             this text

Scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(24)}${about}`).join('\n')}
`;

/** @returns `help` when that was asked for. @throws {UsageError} */
export function readOptions(argv: readonly string[], names: readonly string[]): Options | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  const quick = values.quick === true;
  const only = values.only?.split(',').map((name) => name.trim());
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no scenario '${unknown}'. There are: ${names.join(', ')}`);
  const seconds = positive('seconds', values.seconds, quick ? 2 : 5);
  return {
    plan: {
      scenarios: names.filter((name) => only?.includes(name) ?? true),
      rounds: positive('rounds', values.rounds, quick ? 3 : 5),
      sliceMillis: seconds * 1000,
      warmUpMillis: Math.min(seconds * 1000, 1000),
      units: positive('units', values.units, quick ? 600 : 3000),
    },
    connections: positive('connections', values.connections, 64),
    base: positive('ports', values.ports, 8600),
    attach: values.attach,
    json: values.json,
    coldStarts: quick ? 3 : 5,
    signer: values.signer === true,
    large: values.large === undefined ? undefined : share(values.large),
    peers: values.peers === true,
    peer: runningPeer(values['peer-public'], values['peer-admin'], values['peer-pids']),
    openLoop:
      values['open-loop'] === true || values.rate !== undefined
        ? { perSecond: values.rate === undefined ? undefined : positive('rate', values.rate, 0) }
        : undefined,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        quick: { type: 'boolean' },
        signer: { type: 'boolean' },
        'open-loop': { type: 'boolean' },
        rate: { type: 'string' },
        large: { type: 'string' },
        peers: { type: 'boolean' },
        'peer-public': { type: 'string' },
        'peer-admin': { type: 'string' },
        'peer-pids': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        only: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        units: { type: 'string' },
        connections: { type: 'string' },
        json: { type: 'string' },
        ports: { type: 'string' },
        attach: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 10) return value;
  throw new UsageError(`--large takes a share such as 0.1, not '${text}'`);
}

function runningPeer(origin?: string, admin?: string, pids?: string): RunningPeer | undefined {
  if (origin === undefined && admin === undefined && pids === undefined) return undefined;
  if (origin === undefined || admin === undefined || pids === undefined) {
    throw new UsageError('--peer-public, --peer-admin and --peer-pids belong together');
  }
  const named = pids.split(',').map((pair) => /^([\w-]+)=(\d+)$/.exec(pair));
  if (named.includes(null)) throw new UsageError('--peer-pids must be like hydra=4711,postgres=4712');
  const entries = named.map((pair): [string, number] => [pair?.[1] ?? '', Number(pair?.[2])]);
  return { public: origin, admin, pids: Object.fromEntries(entries) };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a whole number above zero, not '${text}'`);
}
