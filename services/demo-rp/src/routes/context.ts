// What every route of the relying party is given, and how each ends: one result or one problem, then home.
import type { Response } from 'express';
import { goOn } from '../headers.js';
import { explainError, type Doing, type Problem } from '../flow/problem.js';
import type { Provider } from '../flow/provider.js';
import { lastAnswer, stepOf, type Recorder, type Telling } from '../flow/record.js';
import type { Step } from '../flow/step.js';
import type { Session, Sessions } from '../sessions.js';
import type { Texts } from '../texts.js';
import type { RelyingPartySettings } from '../settings.js';

export interface RouteContext {
  readonly settings: RelyingPartySettings;
  readonly sessions: Sessions;
  readonly provider: Provider;
}

/** Said after a form whose token does not fit this session. */
export function staleForm({ problem }: Texts): Problem {
  const [title, todo] = problem.stale;
  return { code: 'stale_form', title, todo };
}

/** More would make the page long and nobody wiser. */
const mostSteps = 40;

/** Adds hops to the story of this session; the oldest make room. */
export function addSteps(session: Session, steps: readonly Step[]): void {
  session.steps = [...session.steps, ...steps].slice(-mostSteps);
}

/** The exchanges of a recorder as steps; key set requests tell themselves. */
export function tell(texts: Texts, recorder: Recorder, telling: Telling): Step[] {
  return recorder.exchanges.map((exchange) =>
    exchange.request.url.includes('jwks')
      ? stepOf(texts, exchange, {
          title: texts.step.keys,
          words: texts.step.keysWords,
        })
      : stepOf(texts, exchange, telling),
  );
}

/** Keeps an error for the page; rethrows what is a fault of our own. */
export function fail(texts: Texts, session: Session, error: unknown, doing: Doing, recorder: Recorder): void {
  const problem = explainError(texts, error, doing, lastAnswer(recorder));
  if (problem === undefined) throw error;
  session.problem = problem;
}

/** Forgets what the last action said. */
export function clearOutcome(session: Session): void {
  session.result = undefined;
  session.problem = undefined;
}

export function goHome(response: Response): void {
  goOn(response, '/#outcome');
}
