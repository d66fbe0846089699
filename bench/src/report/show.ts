// Shows the results of a run to somebody at a terminal.
import { showLateness } from '../open-loop.js';
import type { Results, ScenarioResult } from './results.js';
import { table } from './table.js';

const whole = (value: number): string => value.toFixed(0);

function row(result: ScenarioResult, processes: readonly string[]): string[] {
  const { name, cpuMicros, aimMicros, ratio, unitsPerSecond, p50Millis, p99Millis, processMicros } = result;
  const missed = aimMicros !== undefined && cpuMicros.median > aimMicros;
  return [
    name,
    whole(cpuMicros.median),
    `${whole(cpuMicros.min)}-${whole(cpuMicros.max)}`,
    aimMicros === undefined ? '-' : `${whole(aimMicros)}${missed ? ' missed' : ''}`,
    ratio.toFixed(2),
    whole(unitsPerSecond),
    p50Millis.toFixed(1),
    p99Millis.toFixed(1),
    ...processes.map((process) => whole(processMicros[process] ?? 0)),
  ];
}

/** CPU of each peer, and how many times ours it is. */
function comparison({ scenarios, peers }: Results): string {
  const of = (peer: Results['peers'][number], name: string, own: number): string => {
    const median = peer.scenarios.find((result) => result.name === name)?.cpuMicros.median;
    return median === undefined ? '-' : `${whole(median)} (${(median / own).toFixed(2)} ×)`;
  };
  const rows = scenarios.map(({ name, cpuMicros }) => [
    ...[name, whole(cpuMicros.median)],
    ...peers.map((peer) => of(peer, name, cpuMicros.median)),
  ]);
  return table([['CPU µs', 'Cardea', ...peers.map(({ name }) => name)], ...rows]);
}

export function show(results: Results): string {
  const { machine, calibrationMicros, scenarios, residentBytes, coldStartMillis, lateness } = results;
  const processes = Object.keys(scenarios[0]?.processMicros ?? {});
  const head = ['scenario', 'CPU µs', 'min-max', 'aim', 'ratio', 'per s', 'p50 ms', 'p99 ms', ...processes];
  const names = [...new Set([...Object.keys(residentBytes), ...Object.keys(coldStartMillis)])];
  const cold = (name: string): string => {
    const millis = coldStartMillis[name];
    return millis === undefined ? '-' : whole(millis);
  };
  const checked = [...scenarios, ...results.peers.flatMap((peer) => peer.scenarios), ...lateness].reduce(
    (sum, result) => sum + result.checked,
    0,
  );
  return [
    `CPU microseconds per request over all server processes, medians of ${String(results.rounds)} rounds, ` +
      `${String(results.connections)} connections`,
    `${String(machine.cpus)} × ${machine.model}, Node ${machine.node}; calibration loop ` +
      `${whole(calibrationMicros.median)} µs (${whole(calibrationMicros.min)}-${whole(calibrationMicros.max)})`,
    '',
    table([head, ...scenarios.map((result) => row(result, processes))]),
    ...(results.peers.length === 0 ? [] : ['', comparison(results)]),
    ...(lateness.length === 0 ? [] : ['', showLateness(lateness)]),
    '',
    table([
      ['process', 'resident MB', 'start to ready ms'],
      ...names.map((name) => [name, whole((residentBytes[name] ?? 0) / 1024 / 1024), cold(name)]),
    ]),
    '',
    `${String(checked)} answers were looked into while measuring; all were right.`,
  ].join('\n');
}
