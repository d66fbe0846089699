// What was measured with several of each service, and what the model makes of it.
import type { Table } from '../report/tables.js';
import type { Measured } from './model.js';
import { busyShare, predict, primaryCores } from './model.js';

/** Internet scale: what is planned for (issue 8). */
const planned: readonly (readonly [scenario: string, perSecond: number])[] = [
  ['introspection', 100_000],
  ['client-credentials', 10_000],
  ['refresh', 10_000],
  ['code-exchange-es256', 10_000],
];

const services = ['gateway', 'admin', 'token', 'keys', 'redis', 'postgres'];

export function scaleTables(all: readonly Measured[]): Table[] {
  return [
    {
      title: 'One, two and four of each, CPU µs a request at the same rate',
      head: ['scenario', 'per s', 'of each', 'together', ...services, 'against one'],
      rows: all.flatMap(({ scenario, perSecond, runs }) => {
        const together = (micros: Readonly<Record<string, number>>) => Object.values(micros).reduce((a, b) => a + b, 0);
        const alone = together(runs[0]?.micros ?? {});
        return runs.map(({ count, micros }) => [
          ...[scenario, perSecond.toFixed(0), String(count), together(micros).toFixed(0)],
          ...services.map((service) => (micros[service] ?? 0).toFixed(0)),
          `${(together(micros) / alone).toFixed(2)} ×`,
        ]);
      }),
    },
    {
      title: `What internet-scale load needs, each process ${String(busyShare * 100)} % busy`,
      head: [
        ...['scenario', 'per s', 'gateway', 'admin', 'token', 'keys', 'cores of Redis', 'cores of PostgreSQL'],
        ...['log MB/s', `${String(primaryCores)} cores end at`],
      ],
      rows: planned.flatMap(([scenario, perSecond]) => {
        const measured = all.find((each) => each.scenario === scenario);
        if (measured === undefined) return [];
        const { counts, redisCores, postgresCores, walMegabytesPerSecond, primaryEndsAt } = predict(
          measured,
          perSecond,
        );
        const ends = measured.walBytes < 1 ? '-' : `${(primaryEndsAt / 1000).toFixed(0)} k/s`;
        return [
          [
            ...[scenario, perSecond.toLocaleString('en')],
            ...['gateway', 'admin', 'token', 'keys'].map((service) => String(counts[service] ?? 0)),
            ...[redisCores.toFixed(1), postgresCores.toFixed(1), walMegabytesPerSecond.toFixed(1), ends],
          ],
        ];
      }),
    },
  ];
}
