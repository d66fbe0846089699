// What each part of a run is about, and how long it is expected to take.
import { openLoopSlices } from './open-loop.js';
import type { Options } from './options.js';
import { scenarios } from './scenarios/index.js';
import type { Target } from './target.js';
import type { Timetable } from './pace.js';
import type { Variant } from './variants.js';

/** Names of scenarios by the part that measures them. */
export interface Agenda {
  readonly own: readonly string[];
  /** Those of them that only every other round has. */
  readonly seldom: readonly string[];
  /** By how a provider is asked. */
  readonly peer: (dialect: Target['dialect']) => readonly string[];
  readonly openLoop: readonly string[];
  readonly widths: readonly string[];
  readonly statements: readonly string[];
  readonly variants: readonly { readonly variant: Variant; readonly scenarios: readonly string[] }[];
}

/** One for each path: a row, a cache, a signature, a rotation, and all of it. */
const wide = ['client-credentials', 'introspection', 'code-exchange-es256', 'refresh', 'flow'];

export function agendaOf({ plan, full, variants }: Options): Agenda {
  const own = plan.scenarios;
  const limited = scenarios.filter(({ name, limits }) => limits !== undefined && own.includes(name));
  const main = scenarios.filter(({ name, long }) => long !== true && own.includes(name));
  /** Those, unless there are none of them. */
  const some = (those: readonly string[]): readonly string[] => (those.length === 0 ? own : those);
  const namesOf = (those: readonly { readonly name: string }[]): readonly string[] => those.map(({ name }) => name);
  return {
    own,
    seldom: full ? own.filter((name) => !namesOf(main).includes(name)) : [],
    peer: (dialect) => (full ? some(namesOf(main)) : own).filter((name) => canDo(name, dialect)),
    openLoop: some(namesOf(limited.filter(({ long }) => long !== true))),
    widths: some(wide.filter((name) => own.includes(name))),
    statements: some(namesOf(limited)),
    variants: variants
      .map((variant) => ({ variant, scenarios: variant.scenarios.filter((name) => own.includes(name)) }))
      .filter(({ scenarios: those }) => those.length > 0),
  };
}

/** What a provider has no counterpart of is not asked of it. */
function canDo(name: string, dialect: Target['dialect']): boolean {
  const rivals = scenarios.find((scenario) => scenario.name === name)?.rivals;
  return rivals === undefined || (rivals === 'hydra' && dialect === undefined);
}

/** Of a variant and of ours beside it. */
export const variantRounds = 3;

/** To start an installation, and to stop it. */
const startSeconds = 10;
/**
 * What a slice needs beside itself: its preparation, rest before and after, a look into its answers. With 0.9 a full run that took 1,420
 * seconds was foretold as 1,906.
 */
const besideSeconds = 0.7;
/** How many slices most scenarios warm up in. */
const usualWarmUps = 2;
/** To obtain a code for a slice that redeems them. */
const codeSeconds = 1 / 500;
const correctnessSeconds = 35;

/** By the parts of a run (run.ts), in their order. */
export function timetableOf(options: Options): Timetable {
  const { plan, peers, openLoop, widths, statements, correctness, coldStarts } = options;
  const agenda = agendaOf(options);
  const slices = (names: readonly string[], seconds: number, units: number): number =>
    names.reduce((sum, name) => sum + seconds + besideSeconds + (redeems(name) ? units * codeSeconds : 0), 0);
  const seconds = plan.sliceMillis / 1000;
  const warmUp = (names: readonly string[]): number =>
    Math.min(plan.warmUps, usualWarmUps) * slices(names, plan.warmUpMillis / 1000, plan.units / 3);
  const rounds = (names: readonly string[], count: number): number =>
    warmUp(names) + count * slices(names, seconds, plan.units);
  const often = (names: readonly string[]): readonly string[] => names.filter((name) => !agenda.seldom.includes(name));
  const seldom = (names: readonly string[]): readonly string[] => names.filter((name) => agenda.seldom.includes(name));
  const peer = agenda.peer('oidc-provider');
  const contestants = [agenda.own, ...(peers ? [peer, peer] : [])];
  return [
    ['start', startSeconds * (peers ? 1.5 : 1)],
    [
      'rounds',
      contestants.reduce(
        (sum, names) => sum + rounds(often(names), plan.rounds) + rounds(seldom(names), Math.ceil(plan.rounds / 2)),
        0,
      ),
    ],
    [
      'open loop',
      openLoop === undefined ? 0 : openLoopSlices * slices(agenda.openLoop, 1.3 * seconds + 0.3, plan.units),
    ],
    ['correctness', correctness ? correctnessSeconds : 0],
    ['cold starts', coldStarts * 5 * 0.8],
    ...agenda.variants.map(
      ({ variant, scenarios: names }) =>
        [variant.title, startSeconds + 2 * rounds(names, Math.min(variantRounds, plan.rounds))] as const,
    ),
    ['widths', widths.length * slices(agenda.widths, seconds, plan.units)],
    ['statements', statements ? startSeconds + slices(agenda.statements, 2, 600) : 0],
  ];
}

const redeems = (name: string): boolean => name.startsWith('code-exchange');
