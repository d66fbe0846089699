// `npm run bench`: measures what the command line asks for, reports, and leaves nothing running.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rebase, runGate, showGate } from './gate.js';
import { help } from './help.js';
import { measureLarge, showLarge } from './large.js';
import type { Instead, Options, Outputs } from './options.js';
import { readOptions, UsageError } from './options.js';
import { compare } from './report/compare.js';
import { markdown, markdownTable, writeInto } from './report/markdown.js';
import { page } from './report/page.js';
import type { Results } from './report/results.js';
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
const read = (file: string): Results => JSON.parse(readFileSync(file, 'utf8')) as Results;

/** @returns the exit code: 0, 1 when the run failed, 2 when the command line was wrong */
export async function main(argv: readonly string[], tools: Tools): Promise<number> {
  try {
    const options = readOptions(argv, scenarios);
    if (options === 'help') {
      say(help(scenarios).trimEnd());
      return 0;
    }
    const { instead, outputs } = options;
    if (instead !== undefined) return await actInstead(instead, options, tools);
    const results = outputs.from === undefined ? await bench(options, demo, tools, progress) : read(outputs.from);
    say(show(results));
    output(results, outputs);
    for (const problem of results.problems) progress(`bench: ${problem}`);
    return results.problems.length === 0 ? 0 : 1;
  } catch (error) {
    progress(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Puts the results where they are wanted. */
function output(results: Results, { json, report, compare: former, write }: Outputs): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (report !== undefined) {
    mkdirSync(report, { recursive: true });
    for (const [name, content] of Object.entries(page(results))) writeFileSync(path.join(report, name), content);
    progress(`the report: ${path.resolve(report, 'index.html')}`);
  }
  if (write !== undefined) writeFileSync(write, writeInto(readFileSync(write, 'utf8'), markdown(results)));
  if (former !== undefined) sayTable(compare(results, read(former)));
}

const sayTable = ({ title, head, rows }: Table): boolean => say(`\n${title}\n\n${table([head, ...rows])}`);

async function actInstead(instead: Instead, options: Options, { slowHsm }: Tools): Promise<number> {
  const { base, keys, plan, connections, outputs } = options;
  const target = { demo, base, keys, progress };
  switch (instead.kind) {
    case 'gate': {
      const findings = await runGate(target);
      say(showGate(findings));
      return findings.some(({ failed }) => failed) ? 1 : 0;
    }
    case 'rebase': {
      const machine = `${String(os.availableParallelism())} × ${os.cpus()[0]?.model ?? ''}, Node ${process.version}`;
      say(JSON.stringify(await rebase(target, instead.why, machine), undefined, 2));
      return 0;
    }
    case 'scale': {
      const tables = scaleTables(await measureScale(target, { ...plan, connections }));
      tables.forEach(sayTable);
      const { write } = outputs;
      if (write === undefined) return 0;
      const figures = tables.map(({ title, head, rows }) => `### ${title}\n\n${markdownTable({ head, rows })}`);
      writeFileSync(write, writeInto(readFileSync(write, 'utf8'), figures.join('\n\n')));
      return 0;
    }
    case 'signer':
      say(showSigner(await measureSigner({ demo, base, plan, connections, slowHsm, progress })));
      return 0;
    case 'large':
      say(showLarge(await measureLarge({ demo, base, connections, scale: instead.share, progress })));
      return 0;
  }
}
