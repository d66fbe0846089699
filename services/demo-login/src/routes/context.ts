// What every route of the login app is given, and the two things each does the same way: ask, and go on.
import type { Request, Response } from 'express';
import type { AdminClient, Interaction, Outcome } from '../admin-client.js';
import type { CsrfGuard } from '../csrf.js';
import { field, textOf } from '../form-values.js';
import { textsFor } from '../texts.js';
import { missingChallenge, problemOf, sendProblem } from '../trouble.js';

export interface RouteContext {
  readonly admin: AdminClient;
  readonly csrf: CsrfGuard;
  /** An application to start over from, if this app was told one. */
  readonly homeUrl: string | undefined;
}

/** The challenge of this request, or undefined after a page has said that there is none. */
export function challengeOf(
  context: RouteContext,
  interaction: Interaction,
  request: Request,
  response: Response,
): string | undefined {
  const values: unknown = request.method === 'POST' ? request.body : request.query;
  const challenge = textOf(field(values, `${interaction}_challenge`));
  if (challenge === undefined) {
    const texts = textsFor(request);
    sendProblem(texts, response, missingChallenge(texts, interaction, context.homeUrl));
  }
  return challenge;
}

/** The value of an outcome, or undefined after the browser was sent on or told why not. */
export function valueOr<T>(
  context: RouteContext,
  interaction: Interaction,
  challenge: string,
  response: Response,
  outcome: Outcome<T>,
): { readonly value: T } | undefined {
  if (outcome.kind === 'ok') return outcome;
  if (outcome.kind === 'handled') goOn(response, outcome.redirectTo);
  else {
    const retry = `/${interaction}?${interaction}_challenge=${encodeURIComponent(challenge)}`;
    const texts = textsFor(response.req);
    sendProblem(texts, response, problemOf(texts, outcome, interaction, { retry, homeUrl: context.homeUrl }));
  }
  return undefined;
}

/** Sends the browser on with GET, whatever it came with (RFC 9110 §15.4.4). */
export function goOn(response: Response, address: string): void {
  response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }).redirect(303, address);
}
