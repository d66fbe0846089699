// Three PostgreSQL servers under Patroni for a house: a switchover, a leader that dies with its machine, and one that is cut off and
// comes back (security F07; issue 6 "PostgreSQL beyond one server").
import type { PatroniNode } from '@cardea/all';
import { launchPatroni } from '@cardea/all';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults/fault.js';
import { refusals } from '../faults/fault.js';
import type { Place } from '../faults/servers.js';
import { sendSignal } from '../faults/send-signal.js';
import { familyOf, runSql } from '../faults/servers.js';
import type { Scenario } from './scenario.js';

/** What Patroni says of a member. */
interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

const patienceMillis = 120_000;

export async function startPatroni(place: Place): Promise<Scenario> {
  const ports = [0, 1, 2].map((index) => {
    const base = place.port + 5 + 4 * index;
    return { postgres: base, api: base + 1, etcd: base + 2, etcdPeer: base + 3 };
  });
  const cluster = await launchPatroni({ ...place, ports });
  const { nodes } = cluster;
  const leader = async (): Promise<PatroniNode | undefined> => {
    for (const node of nodes) if ((await statusOf(`${node.api}/primary`)) === 200) return node;
    return undefined;
  };
  const present = async () => (await leader())?.dsn ?? nodes[0]?.dsn ?? '';
  const another = async (former: PatroniNode) => {
    await until('another leader', async () => ![undefined, former.name].includes((await leader())?.name));
  };
  const whole = async () => {
    await until('three members with a synchronous standby', async () => {
      const members = await membersOf(nodes);
      const running = members.filter(({ state }) => state === 'running' || state === 'streaming');
      return running.length === nodes.length && running.some(({ role }) => role === 'sync_standby');
    });
  };
  const known = async (): Promise<PatroniNode> => {
    await whole();
    const node = await leader();
    if (node === undefined) throw new Error('there is no leader');
    return node;
  };
  const signalAll = (node: PatroniNode, signal: NodeJS.Signals) => {
    for (const pid of node.pids().flatMap(familyOf)) sendSignal(pid, signal);
  };

  const faults: readonly Fault[] = [
    {
      id: 'F07',
      how: 'Patroni: a switchover to the synchronous standby',
      may: refusals,
      async inflict() {
        const former = await known();
        const candidate = (await membersOf(nodes)).find(({ role }) => role === 'sync_standby')?.name;
        const answer = await fetch(`${former.api}/switchover`, {
          method: 'POST',
          body: JSON.stringify({ leader: former.name, candidate }),
        });
        if (answer.status !== 200) throw new Error(`Patroni answers ${await answer.text()}`);
        await another(former);
      },
    },
    {
      id: 'F07',
      how: 'Patroni: the leader dies with its machine, and comes back as a standby',
      may: refusals,
      async inflict(_house, during) {
        const former = await known();
        signalAll(former, 'SIGKILL');
        await another(former);
        during.note('another leader');
        await former.start();
      },
    },
    {
      id: 'F07',
      how: 'Patroni: the leader is cut off, another one is elected, and it comes back as it was',
      may: refusals,
      async inflict(_house, during) {
        const former = await known();
        signalAll(former, 'SIGSTOP');
        try {
          await another(former);
          await during.pause(during.millis);
        } finally {
          signalAll(former, 'SIGCONT');
        }
        await during.pause(during.millis);
      },
    },
  ];
  return {
    postgres: {
      port: place.port,
      pid: () => 0,
      start: () => Promise.resolve(),
      end: () => Promise.resolve(),
      signalAll: () => undefined,
      dsn: cluster.dsn,
      sql: async (text) => runSql(await present(), text),
      stop: cluster.stop,
    },
    faults,
    logs: cluster.logs,
  };
}

async function statusOf(url: string): Promise<number | undefined> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  await answer?.text().catch(() => undefined);
  return answer?.status;
}

/** As the first node that answers knows them. */
async function membersOf(nodes: readonly PatroniNode[]): Promise<readonly Member[]> {
  for (const { api } of nodes) {
    const answer = await fetch(`${api}/cluster`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.status === 200) return ((await answer.json()) as { members: readonly Member[] }).members;
  }
  return [];
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMillis; !(await holds()); await sleep(100)) {
    if (Date.now() > end) throw new Error(`Patroni does not come to ${what}`);
  }
}
