// A command that found something wrong says how much and ends with an exit code that scripts can tell.
import { exitCodes, Failure } from '../failure.js';

/** @param count how many @throws {Failure} for more than none */
export function failOnWrong(count: number): void {
  if (count === 0) return;
  throw new Failure(`${String(count)} ${count === 1 ? 'thing is' : 'things are'} wrong`, exitCodes.refused);
}
