// What a logout is about, sealed into logout_challenge and logout_verifier: asking for one costs no storage (hydra-wire §2.5).
import type { Challenges } from './authorize/challenge.js';
import { createChallenges } from './authorize/challenge.js';
import type { Seal } from './seal.js';

/** A logout to be confirmed. Times are seconds since the epoch. */
export interface LogoutRequest {
  readonly expiresAt: number;
  readonly requestedAt: number;
  /** The session to end, a UUID. */
  readonly sessionId: string;
  readonly subject: string;
  /** The client that asked; empty when the person did. */
  readonly clientId: string;
  /** Where the browser goes afterwards. */
  readonly target: string;
  /** Parameters of the logout request as a query string. */
  readonly query: string;
  /** Whether the session's tokens end too, of all clients or of none, where the logout page said so. */
  readonly revokeTokens?: boolean | undefined;
}

export type LogoutChallenges = Challenges<LogoutRequest>;

/** @param seal made for the purpose `logout_challenge`, or `logout_verifier`; neither opens the other */
export function createLogoutChallenges(seal: Seal): LogoutChallenges {
  return createChallenges(seal, JSON.stringify, (text) => JSON.parse(text) as LogoutRequest);
}
