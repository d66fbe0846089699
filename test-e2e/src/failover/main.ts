// `npm run test:failover`: a house on PostgreSQL servers that stand in for one another, their primary lost under load, and every
// answer of that time held against the invariants (security F07).
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { buildHouse } from '../faults/house.js';
import type { Outcome } from '../faults/outcome.js';
import { isGreen, verdictOf } from '../faults/outcome.js';
import { runFault } from '../faults/run-fault.js';
import type { Place } from '../faults/servers.js';
import { openStage } from '../faults/stage.js';
import { showBreach, showTable } from '../faults/table.js';
import { startPair } from './pair.js';
import { startPatroni } from './patroni.js';
import type { Scenario } from './scenario.js';

type Start = (place: Place) => Promise<Scenario>;

const scenarios: Readonly<Record<string, { readonly start: Start; readonly what: string }>> = {
  pair: { start: startPair, what: 'two servers, the second a synchronous standby that is promoted by hand' },
  patroni: {
    start: startPatroni,
    what: 'three servers under Patroni and etcd, synchronous: switchover, a dead leader, one cut off',
  },
};

const help = `Usage: npm run test:failover [-- NAME...] [--json] [--logs=DIRECTORY]

Loses the PostgreSQL primary under load and checks what clients were told.

${Object.entries(scenarios)
  .map(([name, { what }]) => `  ${name.padEnd(10)}${what}`)
  .join('\n')}

Without a name all of them, one after the other. Ends with 1 when an invariant broke. What all processes and servers have logged is
kept in DIRECTORY.
`;

const progress = (sentence: string) => void process.stderr.write(`${sentence}\n`);
const lanes = 6;
const faultMillis = 3_000;
const recoveryMillis = 10_000;

/** @returns the exit code: 0, 1 when something does not hold, 2 when the command line was wrong */
export async function main(argv: readonly string[]): Promise<number> {
  const names = argv.filter((word) => !word.startsWith('--'));
  if (argv.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  const wrong = [...names.filter((name) => !Object.hasOwn(scenarios, name)), ...argv.filter(isUnknownOption)];
  if (wrong.length > 0) {
    progress(`failover: ${wrong.join(', ')} means nothing here; see --help`);
    return 2;
  }
  const kept = argv.find((word) => word.startsWith(logsOption))?.slice(logsOption.length);
  const outcomes: Outcome[] = [];
  for (const [name, { start, what }] of Object.entries(scenarios)) {
    if (names.length > 0 && !names.includes(name)) continue;
    progress(`== ${name}: ${what}`);
    outcomes.push(...(await play(start, kept && path.join(kept, name))));
  }
  process.stdout.write(argv.includes('--json') ? `${JSON.stringify(outcomes)}\n` : `${showTable(outcomes)}\n`);
  return outcomes.every(isGreen) ? 0 : 1;
}

const logsOption = '--logs=';
const isUnknownOption = (word: string) => word.startsWith('--') && word !== '--json' && !word.startsWith(logsOption);

/** @param logs where they are kept */
async function play(start: Start, logs: string | undefined): Promise<Outcome[]> {
  let scenario: Scenario | undefined;
  const house = await buildHouse({
    hsm: false,
    progress,
    async postgres(place) {
      scenario = await start(place);
      return scenario.postgres;
    },
  });
  try {
    const stage = await openStage(house, 1);
    try {
      const outcomes: Outcome[] = [];
      const told = new Set<string>();
      for (const fault of scenario?.faults ?? []) {
        progress(fault.how);
        const outcome = await runFault(house, stage, fault, { lanes, pauseMillis: 20, millis: faultMillis, told });
        const { recoveryMillis: back = Infinity, requests, refusals } = outcome;
        const late = back > recoveryMillis ? `, more than the ${String(recoveryMillis)} ms that are promised` : '';
        progress(
          `    ${verdictOf(outcome)}; ${String(requests)} requests, ${String(refusals)} refused, back after ${String(back)} ms${late}`,
        );
        for (const breach of outcome.breaches.slice(0, 5)) progress(showBreach(breach).replace(/^/gm, '    '));
        outcomes.push(outcome);
      }
      return outcomes;
    } finally {
      stage.close();
    }
  } finally {
    if (logs !== undefined) keepLogs(logs, path.join(house.directory, 'logs'), scenario?.logs);
    await house.stop();
  }
}

function keepLogs(into: string, ofServices: string, ofServers: ReadonlyMap<string, string> = new Map()): void {
  mkdirSync(into, { recursive: true });
  cpSync(ofServices, into, { recursive: true });
  for (const [name, file] of ofServers) copyFileSync(file, path.join(into, `${name}.log`));
}
