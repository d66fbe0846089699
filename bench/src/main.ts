// `npm run bench`: starts the target and the driver, measures, reports, and leaves nothing running.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDriver } from './load/driver.js';
import type { Rounds } from './measure.js';
import { measureRounds } from './measure.js';
import { measureLateness } from './open-loop.js';
import type { Options } from './options.js';
import { help, readOptions, UsageError } from './options.js';
import { measureColdStarts } from './processes/cold-start.js';
import { residentBytes } from './processes/processes.js';
import type { Results } from './report/results.js';
import { resultsOf } from './report/results.js';
import { show } from './report/show.js';
import { median } from './report/statistics.js';
import { scenarios } from './scenarios/index.js';
import type { PrepareSlowHsm } from './signer.js';
import { measureSigner, showSigner } from './signer.js';
import { attachTarget, startTarget } from './target.js';

const demo = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/demo.mjs');
const progress = (text: string): boolean => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);

/** Measures what the options ask for. @throws when an answer is wrong or a process ends */
export async function bench(options: Options): Promise<Results> {
  const { attach, base, plan, connections } = options;
  const { target, close } = attach === undefined ? await startTarget({ demo, base, progress }) : attachTarget(attach);
  try {
    const driver = await startDriver(target, connections);
    try {
      const rounds = await measureRounds(driver, target.pids, plan, progress);
      const lateness =
        options.openLoop === undefined
          ? []
          : await measureLateness(
              driver,
              target.pids,
              { capacity: capacityOf(rounds), perSecond: options.openLoop.perSecond, millis: 2 * plan.sliceMillis },
              progress,
            );
      // Before further replicas come and go, and while the load is still in memory.
      const resident = residentBytes(target.pids);
      progress('cold starts');
      const { millis, problems } = await measureColdStarts(target.pids, options.coldStarts);
      return resultsOf(
        scenarios.filter(({ name }) => plan.scenarios.includes(name)),
        rounds,
        {
          at: new Date().toISOString(),
          connections,
          rounds: plan.rounds,
          residentBytes: resident,
          coldStartMillis: millis,
          lateness,
          problems,
        },
      );
    } finally {
      await driver.close();
    }
  } finally {
    await close();
  }
}

/** Requests a second that a closed loop reached, by scenario. */
const capacityOf = ({ measurements }: Rounds): Map<string, number> =>
  new Map([...measurements].map(([name, taken]) => [name, median(taken.map(({ units, seconds }) => units / seconds))]));

/** @returns the exit code: 0, 1 when the run failed, 2 when the command line was wrong */
export async function main(argv: readonly string[], slowHsm: PrepareSlowHsm): Promise<number> {
  try {
    const options = readOptions(
      argv,
      scenarios.map(({ name }) => name),
    );
    if (options === 'help') {
      process.stdout.write(help(scenarios));
      return 0;
    }
    if (options.signer) {
      process.stdout.write(`${showSigner(await measureSigner({ demo, ...options, slowHsm, progress }))}\n`);
      return 0;
    }
    const results = await bench(options);
    process.stdout.write(`${show(results)}\n`);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
    for (const problem of results.problems) progress(`bench: ${problem}`);
    return results.problems.length === 0 ? 0 : 1;
  } catch (error) {
    progress(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
