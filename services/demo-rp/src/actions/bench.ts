// What every action with tokens works with, and what it answers.
import type { Configuration } from 'openid-client';
import type { Doing, Problem } from '../flow/problem.js';
import type { Recorder, Telling } from '../flow/record.js';
import type { Result } from '../flow/result.js';
import type { Texts } from '../texts.js';
import type { Session, Tokens } from '../sessions.js';

/** A token that a form named, and the shell variable that stands for it in commands. */
export interface ChosenToken {
  readonly kind: 'accessToken' | 'refreshToken';
  readonly token: string;
  readonly variable: string;
}

export interface Bench {
  readonly texts: Texts;
  readonly session: Session;
  readonly tokens: Tokens;
  readonly chosen: ChosenToken;
  readonly configuration: Configuration;
  readonly recorder: Recorder;
  readonly adminUrl: string;
}

export interface Action {
  readonly doing: Doing;
  /** How its requests are told on the page. */
  telling(texts: Texts, chosen: ChosenToken): Telling;
  /** Does it; what openid-client throws is put into words by the caller. */
  run(bench: Bench): Promise<Result | Problem>;
}

/** The token named by a form; the access token unless there is another to name. */
export function chooseToken(tokens: Tokens, named: unknown): ChosenToken {
  return named === 'refresh_token' && tokens.refreshToken !== undefined
    ? { kind: 'refreshToken', token: tokens.refreshToken, variable: '$REFRESH_TOKEN' }
    : { kind: 'accessToken', token: tokens.accessToken, variable: '$ACCESS_TOKEN' };
}
