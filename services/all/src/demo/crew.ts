// Everything a demo has started, in layers: what lies below is there before what stands on it, and ends after it.
import type { Launched } from '../parts/index.js';
import type { Supervised } from './supervise.js';
import { supervise } from './supervise.js';

/** 0 are the parts, 1 the keys, 2 who calls the keys, 3 who faces people. */
export type Layer = 0 | 1 | 2 | 3;

interface Member {
  readonly name: string;
  readonly layer: Layer;
  readonly first: Launched;
  readonly launch: () => Promise<Launched>;
}

export interface Crew {
  /** Takes responsibility for something that runs; ends it at once when the crew has been stopped. */
  add(member: Member): void;
  /** From now on whatever ends starts again. */
  keepRunning(): void;
  pids(): Record<string, number>;
  /** Ends all, highest layer first. Safe to call twice. */
  stop(): Promise<void>;
}

export function createCrew(report: (sentence: string) => void, now: () => number): Crew {
  const members: Member[] = [];
  const supervised = new Map<Member, Supervised>();
  const late: Promise<void>[] = [];
  let stopping: Promise<void> | undefined;

  const stopAll = async (): Promise<void> => {
    for (const layer of [3, 2, 1, 0]) {
      const those = members.filter((member) => member.layer === layer);
      await Promise.all(those.map((member) => (supervised.get(member) ?? member.first).stop()));
    }
  };

  return {
    add(member) {
      members.push(member);
      if (stopping !== undefined) late.push(member.first.stop());
    },
    keepRunning() {
      if (stopping !== undefined) return;
      for (const member of members) supervised.set(member, supervise({ ...member, report, now }));
    },
    pids: () =>
      Object.fromEntries(members.map((member) => [member.name, supervised.get(member)?.pid() ?? member.first.pid])),
    async stop() {
      await (stopping ??= stopAll());
      await Promise.all(late);
    },
  };
}
