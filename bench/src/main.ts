// `npm run bench`: measures what the command line asks for, reports, and leaves nothing running.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureFloors, showFloors } from './floors.js';
import { rebase, runGate, showGate } from './gate/gate.js';
import { help } from './help.js';
import { measureLarge, showLarge } from './large.js';
import type { Instead, Options, Outputs } from './options.js';
import { readOptions, UsageError } from './options.js';
import type { Earlier } from './report/compare.js';
import { compare } from './report/compare.js';
import { markdown, markdownTable, writeInto } from './report/markdown.js';
import { page } from './report/page.js';
import type { Results } from './report/results.js';
import { version } from './report/results.js';
import { show } from './report/show.js';
import { table } from './report/table.js';
import type { Table } from './report/tables.js';
import { bench } from './run.js';
import { measureScale } from './scale/measure-scale.js';
import { scaleTables } from './scale/show-scale.js';
import { scenarios } from './scenarios/index.js';
import { measureSigner, showSigner } from './signer.js';
import type { Tools } from './variants.js';

const demo = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/demo.mjs');
const progress = (text: string): boolean => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const write = (file: string, value: object): void => {
  // Whoever reads it while a run goes on finds all of it.
  writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
};

/** @throws when it was written by another version of this program */
function read(file: string): Results {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Omit<Results, 'version'> & { readonly version: number };
  if (results.version === version) return { ...results, version };
  throw new Error(`${file} is of version ${String(results.version)}; this one reads ${String(version)}`);
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Told to end by a signal, it ends what it has started; told twice, it ends at once. */
function whenSignalled(): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals): void => controller.abort(new Error(`ended by ${name}`));
  for (const name of signals) process.once(name, abort);
  return {
    signal: controller.signal,
    done() {
      for (const name of signals) process.off(name, abort);
    },
  };
}

/** @returns the exit code: 0, 1 when the run failed, 2 when the command line was wrong */
export async function main(argv: readonly string[], tools: Tools): Promise<number> {
  const { signal, done } = whenSignalled();
  try {
    const options = readOptions(argv, scenarios);
    if (options === 'help') {
      say(help(scenarios).trimEnd());
      return 0;
    }
    const { instead, outputs } = options;
    if (instead !== undefined) return await actInstead(instead, options, tools, signal);
    const keep = (results: Results): void => {
      if (outputs.json !== undefined) write(outputs.json, results);
    };
    const client = { signal, progress, keep };
    const results = outputs.from === undefined ? await bench(options, demo, tools, client) : read(outputs.from);
    say(show(results));
    output(results, outputs);
    const wrong = [...results.problems, ...results.failures.map(({ who, why }) => `${who}: ${why}`)];
    for (const words of wrong) progress(`bench: ${words}`);
    return wrong.length === 0 ? 0 : 1;
  } catch (error) {
    progress(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    done();
  }
}

/** Puts the results where they are wanted. */
function output(results: Results, { json, report, compare: former, write: into }: Outputs): void {
  if (json !== undefined) write(json, results);
  if (report !== undefined) {
    mkdirSync(report, { recursive: true });
    for (const [name, content] of Object.entries(page(results))) writeFileSync(path.join(report, name), content);
    progress(`the report: ${path.resolve(report, 'index.html')}`);
  }
  if (into !== undefined) writeFileSync(into, writeInto(readFileSync(into, 'utf8'), markdown(results)));
  if (former !== undefined) sayTable(compare(results, JSON.parse(readFileSync(former, 'utf8')) as Earlier));
}

const sayTable = ({ title, head, rows }: Table): boolean => say(`\n${title}\n\n${table([head, ...rows])}`);

async function actInstead(
  instead: Instead,
  options: Options,
  { slowHsm }: Tools,
  signal: AbortSignal,
): Promise<number> {
  const { base, keys, plan, connections, outputs } = options;
  const target = { demo, base, keys, signal, progress };
  switch (instead.kind) {
    case 'gate': {
      const gate = await runGate(target);
      say(
        gate === undefined ? 'the gate: not judged, there is no baseline yet: --rebase WHY writes one' : showGate(gate),
      );
      return gate?.verdict === 'too dear' ? 1 : 0;
    }
    case 'rebase': {
      const machine = `${String(os.availableParallelism())} × ${os.cpus()[0]?.model ?? ''}, Node ${process.version}`;
      say(JSON.stringify(await rebase(target, instead.why, machine), undefined, 2));
      return 0;
    }
    case 'floors': {
      const found = await measureFloors({ ...target, connections, millis: plan.sliceMillis });
      say(showFloors(found));
      return found.every(({ holds }) => holds) ? 0 : 1;
    }
    case 'scale': {
      const tables = scaleTables(await measureScale(target, { ...plan, connections }));
      tables.forEach(sayTable);
      const { write: into } = outputs;
      if (into === undefined) return 0;
      const figures = tables.map(({ title, head, rows }) => `### ${title}\n\n${markdownTable({ head, rows })}`);
      writeFileSync(into, writeInto(readFileSync(into, 'utf8'), figures.join('\n\n')));
      return 0;
    }
    case 'signer':
      say(showSigner(await measureSigner({ demo, base, plan, connections, slowHsm, signal, progress })));
      return 0;
    case 'large':
      say(showLarge(await measureLarge({ demo, base, connections, scale: instead.share, signal, progress })));
      return 0;
  }
}
