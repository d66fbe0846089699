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

export interface Scenario {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** CPU microseconds per unit that we aim at on two cores with 64 connections. */
  readonly aimMicros?: number;
  /** @param units how much single-use work to prepare at most */
  prepare(stage: Stage, units: number): Promise<Work>;
}
