// What a scenario is: it prepares what its requests present, then does one unit of work at a time and can tell right from
// wrong in the answers.
import type { Lane } from '../load/lane.js';
import type { Stage } from './stage.js';

/** Work that is ready to be measured. */
export interface Work {
  /**
   * Does one unit on a lane.
   *
   * @returns what is kept of the answer for `check`, or undefined when single-use work is used up
   * @throws {WrongAnswer}
   */
  step(lane: Lane): Promise<string> | undefined;
  /** Looks into an answer that was kept. @throws {WrongAnswer} */
  check(kept: string): Promise<void>;
  /** Lets go of what only this work needed. */
  close?(): Promise<void>;
}

/** CPU microseconds a unit on two cores with 64 connections. */
export interface Limits {
  readonly aim: number;
  readonly neverAbove: number;
  /** What the durable record of signatures may add to each of them, where something is signed (issue 8). */
  readonly record?: number;
}

/** Of every scenario that signs. */
export const recordMicros = 60;

export interface Scenario {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  readonly limits?: Limits;
  /** Others that can be asked the same: all of them unless said otherwise. */
  readonly rivals?: 'none' | 'hydra';
  /** Left out by a quick run. */
  readonly long?: true;
  /** @param units how much single-use work to prepare at most */
  prepare(stage: Stage, units: number): Promise<Work>;
}
