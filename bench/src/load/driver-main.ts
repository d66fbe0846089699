// The driver process: acts on commands from its parent until it is ended.
import { scenarios } from '../scenarios/index.js';
import type { Work } from '../scenarios/scenario.js';
import type { Stage } from '../scenarios/stage.js';
import { createStage } from '../scenarios/stage.js';
import type { Lane } from './lane.js';
import { openLanes } from './lane.js';
import type { Answer, Command } from './protocol.js';
import { driveOpenLoop, driveSlice } from './slice.js';

let lanes: readonly Lane[] = [];
let stage: Stage | undefined;
let work: Work | undefined;
let kept: readonly string[] = [];

async function act(command: Command): Promise<Answer> {
  switch (command.do) {
    case 'open': {
      const [aside, ...rest] = openLanes(command.target, command.connections + 1);
      // Numbered from 0, as scenarios keep things by lane.
      lanes = rest.map((lane, index) => ({ ...lane, index }));
      stage = createStage(command.target, lanes, aside as Lane);
      return {};
    }
    case 'prepare': {
      const scenario = scenarios.find(({ name }) => name === command.scenario);
      if (scenario === undefined || stage === undefined) throw new Error(`cannot prepare ${command.scenario}`);
      work = await scenario.prepare(stage, command.units);
      return {};
    }
    case 'drive': {
      if (work === undefined) throw new Error('nothing is prepared');
      const { millis, perSecond } = command;
      const now = () => performance.now();
      const driven =
        perSecond === undefined
          ? await driveSlice(work, lanes, millis, now)
          : await driveOpenLoop(work, lanes, { millis, perSecond }, { now, random: Math.random });
      kept = driven.kept;
      return { slice: driven.slice };
    }
    case 'check': {
      for (const answer of kept) await work?.check(answer);
      await work?.close?.();
      work = undefined;
      return { checked: kept.length };
    }
  }
}

process.on('message', (command: Command) => {
  void act(command)
    .catch((error: unknown): Answer => ({ failed: error instanceof Error ? error.message : String(error) }))
    .then((answer) => process.send?.(answer));
});
// Whoever measures is gone: so is the load.
process.on('disconnect', () => process.exit(0));
