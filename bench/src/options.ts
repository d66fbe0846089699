// The command line of the benchmark.
import { parseArgs } from 'node:util';
import type { Plan } from './measure.js';
import type { RunningPeer } from './peers/peer.js';
import type { Scenario } from './scenarios/scenario.js';
import type { KeysPlace } from './target.js';
import type { Variant } from './variants.js';
import { variants } from './variants.js';

export interface Options {
  readonly plan: Plan;
  readonly connections: number;
  readonly keys: KeysPlace;
  /** First port of the demo that is started. */
  readonly base: number;
  /** File with the line of a demo that runs already. */
  readonly attach: string | undefined;
  /** Of each service; none where the processes are somebody else's. */
  readonly coldStarts: number;
  /** Whether everything there is was asked for: then what matters less is measured less often. */
  readonly full: boolean;
  /** Whether answers stay right while services are killed. */
  readonly correctness: boolean;
  /** What is measured instead of the provider as it is. */
  readonly instead: Instead | undefined;
  readonly variants: readonly Variant[];
  /** Measures npm's oidc-provider in the same rounds, in memory and over PostgreSQL. */
  readonly peers: boolean;
  /** One that runs already and speaks Hydra's API. */
  readonly peer: RunningPeer | undefined;
  /** Whether to measure lateness in an open loop too, and at which rate if not at shares of what was reached. */
  readonly openLoop: { readonly perSecond: number | undefined } | undefined;
  /** Further numbers of connections. */
  readonly widths: readonly number[];
  readonly statements: boolean;
  readonly outputs: Outputs;
}

/** The signer by itself; a database that has grown by this share of ten million rows; many of each service; the gate; the floors. */
export type Instead =
  | { readonly kind: 'signer' | 'scale' | 'gate' | 'floors' }
  | { readonly kind: 'large'; readonly share: number }
  | { readonly kind: 'rebase'; readonly why: string };

/** Files by what becomes of the results. */
export interface Outputs {
  readonly json: string | undefined;
  readonly report: string | undefined;
  readonly compare: string | undefined;
  readonly write: string | undefined;
  /** Results of an earlier run, which nothing is measured for. */
  readonly from: string | undefined;
}

/** A command line that cannot be acted on; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns `help` when that was asked for. @throws {UsageError} */
export function readOptions(
  argv: readonly string[],
  scenarios: readonly Pick<Scenario, 'name' | 'long'>[],
): Options | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  const { quick = false, full = false } = values;
  const pace = paces[quick ? 'quick' : full ? 'full' : values.scale === true ? 'scale' : 'usual'];
  const only = chosen('scenario', values.only, scenarios);
  const seconds = positive('seconds', values.seconds, pace.seconds);
  return {
    plan: {
      scenarios: (only ?? scenarios.filter(({ long }) => !(quick && long === true))).map(({ name }) => name),
      rounds: positive('rounds', values.rounds, pace.rounds),
      sliceMillis: seconds * 1000,
      warmUpMillis: Math.min(seconds * 1000, 800),
      warmUps: pace.warmUps,
      units: positive('units', values.units, pace.units),
    },
    connections: positive('connections', values.connections, 64),
    keys: keysPlace(values.keys),
    base: positive('ports', values.ports, 8600),
    attach: values.attach,
    coldStarts: values.attach === undefined ? (quick ? 3 : 5) : 0,
    full,
    correctness: values.correctness === true || (!quick && only === undefined),
    instead: insteadOf(values),
    variants: chosen('variant', values.variants, variants) ?? (full ? variants : []),
    peers: values.peers === true || full,
    peer: runningPeer(values['peer-public'], values['peer-admin'], values['peer-pids']),
    openLoop:
      values['open-loop'] === true || values.rate !== undefined || full
        ? { perSecond: values.rate === undefined ? undefined : positive('rate', values.rate, 0) }
        : undefined,
    widths: values.widths?.split(',').map((width) => positive('widths', width.trim(), 0)) ?? (full ? [16, 256] : []),
    statements: values.statements === true || full,
    outputs: {
      ...{ json: values.json, report: values.report, compare: values.compare },
      ...{ write: values.write, from: values.from },
    },
  };
}

const paces = {
  usual: { rounds: 5, seconds: 5, units: 3000, warmUps: 6 },
  quick: { rounds: 3, seconds: 2, units: 600, warmUps: 2 },
  full: { rounds: 5, seconds: 2, units: 1000, warmUps: 6 },
  scale: { rounds: 5, seconds: 3, units: 2400, warmUps: 6 },
} as const;

const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...{ quick: flag, full: flag, only: text, keys: text, variants: text, peers: flag },
        ...{ 'peer-public': text, 'peer-admin': text, 'peer-pids': text },
        ...{ 'open-loop': flag, rate: text, widths: text, statements: flag, correctness: flag },
        ...{ rounds: text, seconds: text, units: text, connections: text, ports: text, attach: text },
        ...{ json: text, report: text, compare: text, write: text, from: text },
        ...{ gate: flag, rebase: text, floors: flag, scale: flag, signer: flag, large: text },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Those that are named, in their own order; undefined when nothing was said. */
function chosen<T extends { readonly name: string }>(
  what: string,
  words: string | undefined,
  all: readonly T[],
): readonly T[] | undefined {
  const names = words?.split(',').map((word) => word.trim());
  const unknown = names?.find((name) => !all.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no ${what} '${unknown}'. There are: ${all.map(({ name }) => name).join(', ')}`);
  }
  return names && all.filter(({ name }) => names.includes(name));
}

function keysPlace(words = 'software'): KeysPlace {
  if (words === 'software' || words === 'hsm') return words;
  throw new UsageError(`--keys takes software or hsm, not '${words}'`);
}

function insteadOf(values: ReturnType<typeof parse>['values']): Instead | undefined {
  const { gate, rebase, floors, scale, signer, large } = values;
  const asked: Instead[] = [
    ...(gate === true ? [{ kind: 'gate' } as const] : []),
    ...(rebase === undefined ? [] : [{ kind: 'rebase', why: reason(rebase) } as const]),
    ...(floors === true ? [{ kind: 'floors' } as const] : []),
    ...(scale === true ? [{ kind: 'scale' } as const] : []),
    ...(signer === true ? [{ kind: 'signer' } as const] : []),
    ...(large === undefined ? [] : [{ kind: 'large', share: share(large) } as const]),
  ];
  if (asked.length > 1) throw new UsageError(`--${asked.map(({ kind }) => kind).join(' and --')} are two runs`);
  return asked[0];
}

function reason(words: string): string {
  if (words.trim().length >= 10) return words.trim();
  throw new UsageError('--rebase takes the reason, in a sentence');
}

function share(words: string): number {
  const value = Number(words);
  if (value > 0 && value <= 10) return value;
  throw new UsageError(`--large takes a share such as 0.1, not '${words}'`);
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

function positive(name: string, words: string | undefined, otherwise: number): number {
  if (words === undefined) return otherwise;
  if (/^[1-9]\d{0,6}$/.test(words)) return Number(words);
  throw new UsageError(`--${name} must be a whole number above zero, not '${words}'`);
}
