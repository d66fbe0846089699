// The authorization_code grant (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.5).
import type { CodeContent } from '../authorization.js';
import { isPublicClient } from '../authorize/request.js';
import { verifyCodeChallenge } from '../pkce.js';
import type { Decision, GrantRequest } from './grant.js';
import { earnsRefreshToken, refuse } from './grant.js';

/** A code is given up with so many wrong verifiers: whoever holds it and goes on guessing is not its client. */
export const mostWrongVerifiers = 5;

/** A code as the store knows it. */
export interface PresentedCode {
  readonly clientId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly used: boolean;
  /** How many wrong verifiers came with it. */
  readonly wrongVerifiers: number;
  /** Whether the family the code belongs to still stands. */
  readonly standing: boolean;
  readonly content: CodeContent;
}

/**
 * @param request.presented undefined when the code is forged, unknown or long gone
 */
export function decideAuthorizationCode(request: GrantRequest<PresentedCode | undefined>): Decision {
  const { client, parameters, presented: code, policy, now } = request;
  if (code === undefined) return refuse('invalid_grant', 'The code is unknown.');
  // Somebody else's code: nothing changes, so that holding a copy is no way to end somebody's session.
  if (code.clientId !== client.clientId) return refuse('invalid_grant', 'The code was issued to another client.');
  const { authorization, redirectUri, codeChallenge, hybrid } = code.content;
  if (code.used) {
    return refuse('invalid_grant', 'The code was used before; all tokens that came of it are revoked.', {
      fall: authorization.grantId,
      event: 'code_reuse_detected',
    });
  }
  if (!code.standing) return refuse('invalid_grant', 'The authorization was revoked.');
  if (code.wrongVerifiers >= mostWrongVerifiers) {
    return refuse('invalid_grant', 'The code was given up: too many code_verifiers were wrong.', {
      event: 'code_given_up',
    });
  }
  if (code.expiresAt * 1000 <= now) return refuse('invalid_grant', 'The code has expired.');
  if (redirectUri !== '' && parameters.get('redirect_uri') !== redirectUri) {
    return refuse('invalid_grant', 'The redirect_uri differs from the one in the authorization request.');
  }
  const needsProof = policy.pkceRequired || (policy.pkceRequiredForPublicClients && isPublicClient(client));
  if (needsProof && codeChallenge === '') {
    return refuse('invalid_grant', 'The authorization request had no code_challenge, which this client needs.');
  }
  const verifier = parameters.get('code_verifier');
  if (!verifyCodeChallenge(codeChallenge, verifier)) {
    const guessed = codeChallenge !== '' && verifier !== undefined;
    return refuse('invalid_grant', 'The code_verifier does not match the code_challenge.', {
      ...(guessed && { wrongProof: true }),
    });
  }
  return {
    kind: 'issue',
    authorization,
    refresh: earnsRefreshToken(client, authorization.scopes) ? authorization : undefined,
    idToken: authorization.scopes.includes('openid'),
    ...(hybrid === true && { code: parameters.get('code') }),
  };
}
