// What a hook's answer changes: the claims of the tokens and nothing else (hydra-wire §4.7).
import type { Authorization, Claims } from '@cardea/oauth';
import { OAuthError } from '@cardea/oauth';

/** The claims a hook asks for; undefined where it says nothing. */
export interface HookReply {
  readonly accessToken: Claims | undefined;
  readonly idToken: Claims | undefined;
}

/**
 * - `each`: what the hook says replaces, what it does not say stays.
 * - `all`: what it does not say is gone (Hydra, but for codes).
 * - `under`: what the consent app said wins over it (Hydra's codes).
 */
export type Merging = 'each' | 'all' | 'under';

/**
 * @returns undefined when everything stays as it is (204)
 * @throws {OAuthError} access_denied for 403, server_error for any other answer
 */
export function readHookReply(status: number, body: Buffer): HookReply | undefined {
  switch (status) {
    case 204:
      return undefined;
    case 403:
      throw new OAuthError('access_denied', 'The token hook refused the request.');
    case 200: {
      const reply = object(parsed(body)) ?? fail('its answer is no JSON object');
      const session =
        reply['session'] === undefined ? {} : (object(reply['session']) ?? fail('its session is no object'));
      return { accessToken: claimsOf(session, 'access_token'), idToken: claimsOf(session, 'id_token') };
    }
    default:
      return fail(`it answered ${String(status)}`);
  }
}

export function merged(authorization: Authorization, reply: HookReply, merging: Merging): Authorization {
  const merge = (own: Claims, told: Claims | undefined): Claims => {
    switch (merging) {
      case 'each':
        return told ?? own;
      case 'all':
        return told ?? {};
      case 'under':
        return { ...told, ...own };
    }
  };
  return {
    ...authorization,
    accessTokenClaims: merge(authorization.accessTokenClaims, reply.accessToken),
    idTokenClaims: merge(authorization.idTokenClaims, reply.idToken),
  };
}

function claimsOf(session: Claims, name: string): Claims | undefined {
  const claims = session[name];
  return claims === undefined || claims === null ? undefined : (object(claims) ?? fail(`its ${name} is no object`));
}

function object(value: unknown): Claims | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function fail(why: string): never {
  throw new OAuthError('server_error', 'The token hook failed.', { cause: new Error(`the token hook failed: ${why}`) });
}
