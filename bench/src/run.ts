// A whole run: the installation and whoever is measured beside it, in rounds, and then one thing after the other that is measured of
// ours alone. What fails is told in its place; what there is is kept as it comes.
import type { Agenda } from './agenda.js';
import { agendaOf, timetableOf, variantRounds } from './agenda.js';
import { measureCorrectness } from './correctness/correctness.js';
import { startDriver } from './load/driver.js';
import type { Contestant, Plan, Rounds } from './measure.js';
import { measureRounds } from './measure.js';
import type { Client, Notebook } from './notebook.js';
import { openNotebook } from './notebook.js';
import { measureLateness } from './open-loop.js';
import type { Options } from './options.js';
import { createPace } from './pace.js';
import { peersToStart } from './peers/peer.js';
import { measureColdStarts } from './processes/cold-start.js';
import { residentBytes } from './processes/processes.js';
import type { OthersResult, Results } from './report/results.js';
import { ours, variantOf } from './report/results.js';
import { median } from './report/statistics.js';
import { scenarios } from './scenarios/index.js';
import { measureStatements } from './statements.js';
import type { OpenTarget, Target, TargetOptions } from './target.js';
import { attachTarget, portsApart, startTarget } from './target.js';
import type { Tools, Variant } from './variants.js';
import { measureWidths } from './widths.js';

/** Measures what the options ask for. @throws when nothing can be measured, or the client ends it */
export async function bench(options: Options, demo: string, tools: Tools, client: Client): Promise<Results> {
  const { attach, base, keys, plan, connections } = options;
  const agenda = agendaOf(options);
  const chosen = scenarios.filter(({ name }) => agenda.own.includes(name));
  const pace = createPace(timetableOf(options), () => performance.now());
  const begun = { at: new Date().toISOString(), connections, rounds: plan.rounds, keys };
  const nothing = { idleBytes: {}, coldStartMillis: {}, lateness: [], widths: [], database: [], variants: [] };
  const book = openNotebook(chosen, { ...begun, ...nothing }, pace, client);
  const own: TargetOptions = { demo, base, keys, signal: client.signal, progress: client.progress };
  pace.begin('start');
  const { target, close } = attach === undefined ? await startTarget(own) : attachTarget(attach);
  try {
    book.note({ keys: target.hsm ? 'hsm' : 'software', idleBytes: residentBytes(target.pids) });
    const first = await enter(ours, { target, close }, agenda.own, options, client.signal);
    try {
      const rounds = await withPeers(options, agenda, book, (peers) => {
        pace.begin('rounds');
        return measureRounds([first, ...peers], { ...plan, seldom: agenda.seldom }, book.watch);
      });
      await measureFurther(
        { options, agenda, book, target, first, rounds, tools },
        { ...own, base: base + 2 * portsApart },
      );
    } finally {
      await first.driver.close();
    }
  } finally {
    await close();
  }
  return book.results();
}

async function enter(
  name: string,
  { target }: OpenTarget,
  those: readonly string[],
  { connections }: Options,
  signal: AbortSignal,
): Promise<Contestant> {
  return { name, driver: await startDriver(target, connections, signal), pids: target.pids, scenarios: those };
}

/** Those that start are there while it acts; those that do not are a problem. */
async function withPeers<T>(
  options: Options,
  agenda: Agenda,
  { part, watch }: Notebook,
  act: (peers: readonly Contestant[]) => Promise<T>,
): Promise<T> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const peers: Contestant[] = [];
    for (const { name, start } of peersToStart(options, options.base + portsApart, watch.progress)) {
      await part(name, async () => {
        const opened = await start();
        closing.push(opened.close);
        const peer = await enter(name, opened, agenda.peer(opened.target.dialect), options, watch.signal);
        closing.push(() => peer.driver.close());
        peers.push(peer);
      });
    }
    return await act(peers);
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

interface Further {
  readonly options: Options;
  readonly agenda: Agenda;
  readonly book: Notebook;
  /** Ours, with the load of all rounds in memory. */
  readonly target: Target;
  readonly first: Contestant;
  readonly rounds: Rounds;
  readonly tools: Tools;
}

/** @param next how further installations are started */
async function measureFurther(further: Further, next: TargetOptions): Promise<void> {
  const { options, agenda, book, target, first, rounds } = further;
  const { plan, openLoop, correctness, coldStarts, widths, statements, connections } = options;
  const { part, note, watch } = book;
  if (openLoop !== undefined) {
    const capacity = capacityOf(rounds, agenda.openLoop);
    const wanted = { capacity, perSecond: openLoop.perSecond, millis: 1.3 * plan.sliceMillis };
    const lateness = await part('open loop', () => measureLateness(first.driver, first.pids, wanted, watch));
    note({ lateness: lateness ?? [] });
  }
  if (correctness) {
    const found = await part('correctness', () => measureCorrectness(next, watch));
    for (const breach of found?.breaches ?? []) book.problem(`correctness: ${breach}`);
    if (found !== undefined) note({ correctness: found });
  }
  if (coldStarts > 0) {
    const found = await part('cold starts', () => measureColdStarts(first.pids, coldStarts, watch));
    note({ coldStartMillis: found ?? {} });
  }
  const variants: OthersResult[] = [];
  for (const { variant, scenarios: names } of agenda.variants) {
    const found = await part(variant.title, () => measureVariant(further, variant, names, next));
    if (found !== undefined) variants.push(found);
    note({ variants });
  }
  if (widths.length > 0) {
    const wanted = { widths, scenarios: agenda.widths, millis: plan.sliceMillis, units: plan.units };
    note({ widths: (await part('widths', () => measureWidths(target, wanted, watch))) ?? [] });
  }
  if (statements) {
    const wanted = { ...next, connections, units: Math.min(plan.units, 600), scenarios: agenda.statements };
    note({ database: (await part('statements', () => measureStatements(wanted, watch))) ?? [] });
  }
}

/** A variant, and ours beside it in the same rounds. */
async function measureVariant(
  { options, book, first, tools }: Further,
  variant: Variant,
  names: readonly string[],
  next: TargetOptions,
): Promise<OthersResult> {
  const { signal, progress, failed } = book.watch;
  progress(`an installation with ${variant.title}`);
  const opened = await variant.open(next, tools);
  try {
    const other = await enter(variant.title, opened, names, options, signal);
    try {
      const contestants = [{ ...first, scenarios: names }, other];
      const plan: Plan = {
        ...options.plan,
        scenarios: names,
        rounds: Math.min(options.plan.rounds, variantRounds),
      };
      const rounds = await measureRounds(contestants, plan, { signal, progress, failed });
      return variantOf(
        variant.title,
        scenarios.filter(({ name }) => names.includes(name)),
        rounds,
      );
    } finally {
      await other.driver.close();
    }
  } finally {
    await opened.close();
  }
}

/** Requests a second that a closed loop reached, by scenario. */
function capacityOf({ measurements }: Rounds, names: readonly string[]): Map<string, number> {
  const reached = names.map((name) => [name, measurements.get(ours)?.get(name) ?? []] as const);
  return new Map(
    reached.flatMap(([name, taken]) =>
      taken.length === 0 ? [] : [[name, median(taken.map(({ units, seconds }) => units / seconds))]],
    ),
  );
}
