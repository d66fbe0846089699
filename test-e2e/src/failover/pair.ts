// Two PostgreSQL servers for a house: the primary is cut off, its synchronous standby takes its place, and it comes back (F07).
import { launchPostgresPair } from '@cardea/all';
import type { Fault } from '../faults/fault.js';
import { refusals } from '../faults/fault.js';
import type { Place } from '../faults/servers.js';
import { runSql, serverOf } from '../faults/servers.js';
import type { Scenario } from './scenario.js';

export async function startPair(place: Place): Promise<Scenario> {
  const ports = [place.port, place.port + 5] as const;
  const pair = await launchPostgresPair({ ...place, ports, synchronous: true });
  const first = serverOf(ports[0], () => Promise.resolve(pair.primary));
  const second = serverOf(ports[1], () => Promise.resolve(pair.standby));
  await Promise.all([first.start(), second.start()]);
  let present = pair.primary.dsn;
  const promote = async () => {
    await runSql(pair.standby.dsn, 'SELECT pg_promote()');
    present = pair.standby.dsn;
  };
  const faults: readonly Fault[] = [
    {
      id: 'F07',
      how: 'the primary is cut off, its synchronous standby is promoted',
      may: refusals,
      async inflict(_house, during) {
        first.signalAll('SIGSTOP');
        await during.pause(500);
        await promote();
      },
    },
    {
      id: 'F07',
      how: 'the former primary comes back and takes itself for what it was',
      may: refusals,
      async inflict(_house, during) {
        first.signalAll('SIGCONT');
        await during.pause(during.millis);
      },
    },
  ];
  return {
    postgres: {
      ...first,
      dsn: pair.dsn,
      sql: (text) => runSql(present, text),
      async stop() {
        await Promise.all([first.stop(), second.stop()]);
        pair.remove();
      },
    },
    faults,
    logs: new Map(),
  };
}
