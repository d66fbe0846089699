// `npm run bench`: starts the target and the driver, measures, reports, and leaves nothing running.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureLarge, showLarge } from './large.js';
import type { Driver } from './load/driver.js';
import { startDriver } from './load/driver.js';
import type { Rounds } from './measure.js';
import { measureRounds } from './measure.js';
import { measureLateness } from './open-loop.js';
import type { Options } from './options.js';
import { help, readOptions, UsageError } from './options.js';
import type { Peer } from './peers/peer.js';
import { attachPeer, startOidcProviders } from './peers/peer.js';
import { measureColdStarts } from './processes/cold-start.js';
import { residentBytes } from './processes/processes.js';
import type { Results } from './report/results.js';
import { ours, resultsOf } from './report/results.js';
import { show } from './report/show.js';
import { median } from './report/statistics.js';
import { scenarios } from './scenarios/index.js';
import type { PrepareSlowHsm } from './signer.js';
import { measureSigner, showSigner } from './signer.js';
import type { Target } from './target.js';
import { attachTarget, startTarget } from './target.js';

const demo = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/demo.mjs');
const progress = (text: string): boolean => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);

/** Measures what the options ask for. @throws when an answer is wrong or a process ends */
export async function bench(options: Options): Promise<Results> {
  const { attach, base, plan, connections } = options;
  const { target, close } = attach === undefined ? await startTarget({ demo, base, progress }) : attachTarget(attach);
  try {
    const peers = await openPeers(options);
    const drivers = await Promise.all(
      [target, ...peers.map((peer) => peer.target)].map((each) => startDriver(each, connections)),
    );
    const [driver] = drivers as [Driver];
    try {
      const contestants = [{ name: ours, target }, ...peers].map(({ name, target: { pids, dialect } }, index) => ({
        ...{ name, pids, driver: drivers[index] as Driver },
        scenarios: plan.scenarios.filter((scenario) => name === ours || canDo(scenario, dialect)),
      }));
      const rounds = await measureRounds(contestants, plan, progress);
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
      await Promise.all(drivers.map((each) => each.close()));
      await Promise.all(peers.map((peer) => peer.close()));
    }
  } finally {
    await close();
  }
}

async function openPeers({ peers, peer, base }: Options): Promise<Peer[]> {
  return [
    ...(peers ? await startOidcProviders(base + 50, progress) : []),
    ...(peer === undefined ? [] : [await attachPeer(peer)]),
  ];
}

/** What others have no counterpart of: our gRPC, our signer by itself, and JWT access tokens without an audience. */
function canDo(scenario: string, dialect: Target['dialect']): boolean {
  const own = ['introspection-grpc', 'sign-es256', 'sign-rs256'];
  return !own.includes(scenario) && (dialect === undefined || scenario !== 'client-credentials-jwt');
}

/** Requests a second that a closed loop reached, by scenario. */
const capacityOf = ({ measurements }: Rounds): Map<string, number> =>
  new Map(
    [...(measurements.get(ours) ?? [])].map(([name, taken]) => [
      name,
      median(taken.map(({ units, seconds }) => units / seconds)),
    ]),
  );

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
    if (options.large !== undefined) {
      const { base, connections, large: scale } = options;
      process.stdout.write(`${showLarge(await measureLarge({ demo, base, connections, scale, progress }))}\n`);
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
