// Finds the challenge of an interaction in the query, under its own name or Hydra's old alias (hydra-wire §13, item 4).
import { readQuery } from '@cardea/http';
import type { Request } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';

export type Interaction = 'login' | 'consent' | 'logout' | 'device';

/** @throws {OAuthError} invalid_request without one; for logout not_found, as Hydra has it */
export function challengeOf(request: Request, interaction: Interaction): string {
  const query = readQuery(request);
  const of = (name: string) => query.find((parameter) => parameter.name === name)?.value ?? '';
  // The device flow is younger than the alias.
  const challenge = of(`${interaction}_challenge`) || (interaction === 'device' ? '' : of('challenge'));
  if (challenge !== '') return challenge;
  if (interaction === 'logout') throw new OAuthError('not_found');
  throw new OAuthError('invalid_request', `The query parameter ${interaction}_challenge is missing.`);
}
