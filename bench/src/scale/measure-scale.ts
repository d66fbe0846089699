// One, two and four of each service under the same load, each set of replicas bound to a core of its own as if it were a machine,
// and what follows for loads that no single machine carries.
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { startDriver } from '../load/driver.js';
import type { Failure, Watch } from '../measure.js';
import { measureRounds } from '../measure.js';
import { byService, numberOf } from '../processes/by-service.js';
import type { Pids } from '../processes/processes.js';
import { replicables } from '../processes/replica.js';
import { startReplicated } from '../replicated.js';
import { median } from '../report/statistics.js';
import { measureStatements } from '../statements.js';
import type { TargetOptions } from '../target.js';
import { portsApart } from '../target.js';
import type { Measured } from './model.js';

const counts = [1, 2, 4];
const scenarios = ['introspection', 'client-credentials', 'refresh', 'code-exchange-es256'];
/** Of what one of each reaches: far enough from the end of the machine that nobody waits for a core. */
const loadShare = 0.4;

/** The model is of processes that have their share each; gathered, one would have most. */
const evenly = { PEERS_TOKEN_GATHER: 'false' };

export interface ScalePlan {
  readonly rounds: number;
  readonly sliceMillis: number;
  readonly warmUpMillis: number;
  readonly warmUps: number;
  readonly units: number;
  readonly connections: number;
}

/** @throws when something failed in every round */
export async function measureScale(options: TargetOptions, plan: ScalePlan): Promise<Measured[]> {
  const { base, signal, progress } = options;
  const watch: Watch = {
    ...{ signal, progress },
    failed: ({ who, why }) => progress(`${who} of each failed: ${why}`),
  };
  const books = await measureStatements({ ...plan, ...options, scenarios }, { ...watch, failed: endHere });
  const closing: (() => Promise<void>)[] = [];
  try {
    const contestants = [];
    for (const [index, count] of counts.entries()) {
      progress(`${String(count)} of each service`);
      const own = { ...options, base: base + index * portsApart, env: { ...options.env, ...evenly } };
      const { target, close } = await startReplicated(own, count);
      closing.push(close);
      pin(target.pids);
      const driver = await startDriver(target, plan.connections, signal);
      closing.push(() => driver.close());
      contestants.push({ name: String(count), pids: target.pids, driver, scenarios });
    }
    const [alone] = contestants;
    if (alone === undefined) return [];
    const reached = await measureRounds([alone], { ...plan, scenarios, rounds: 1 }, { ...watch, failed: endHere });
    const rates = new Map(
      scenarios.map((name) => {
        const [slice] = reached.measurements.get(alone.name)?.get(name) ?? [];
        return [name, slice === undefined ? 1 : Math.round((loadShare * slice.units) / slice.seconds)];
      }),
    );
    const { measurements } = await measureRounds(contestants, { ...plan, scenarios, rates }, watch);
    return scenarios.map((scenario) => {
      const book = books.find((each) => each.scenario === scenario);
      return {
        ...{ scenario, perSecond: rates.get(scenario) ?? 1 },
        ...{ statements: book?.statements ?? 0, walBytes: book?.walBytes ?? 0 },
        runs: counts.map((count) => {
          const taken = measurements.get(String(count))?.get(scenario) ?? [];
          // A line through two of three points is no model.
          if (taken.length === 0) throw new Error(`${scenario} failed with ${String(count)} of each, in every round`);
          const each = taken.map(({ cpuMicros }) => byService(cpuMicros));
          const services = Object.keys(each[0] ?? {});
          const micros = services.map((name) => [name, median(each.map((one) => one[name] ?? 0))] as const);
          return { count, micros: Object.fromEntries(micros) };
        }),
      };
    });
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

/** What all that follows stands on is not done without. */
function endHere({ who, why }: Failure): never {
  throw new Error(`${who}: ${why}`);
}

/** Replicas of one number share a core; PostgreSQL and Redis have all of them. */
function pin(pids: Pids): void {
  const cores = os.availableParallelism();
  for (const [name, pid] of Object.entries(pids)) {
    if (!replicables.some((service) => name.replace(/-\d+$/, '') === service)) continue;
    const core = String((numberOf(name) - 1) % cores);
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', core, String(pid)], { stdio: 'ignore' });
  }
}
