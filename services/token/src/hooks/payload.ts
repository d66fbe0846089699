// What hooks are told, in the shape Hydra's hooks are written for (hydra-wire §4.7).
import type { Authorization, Parameters } from '@cardea/oauth';
import type { ClaimSettings } from '../settings.js';

/** A token request that was granted, before anything is issued. */
export interface HookOccasion {
  readonly grantType: string;
  readonly authorization: Authorization;
  readonly parameters: Parameters;
  /** Of the tokens to come, seconds since the epoch. */
  readonly expiresAt: { readonly access: number; readonly refresh: number | undefined };
}

/** The form's members that hooks may see: none of them is a credential of the client. */
const shownParameters: readonly string[] = ['grant_type', 'response_type', 'scope', 'client_id', 'assertion'];

/** Go's instant of nothing. */
const never = '0001-01-01T00:00:00Z';
const instant = (seconds: number) =>
  seconds > 0 ? new Date(seconds * 1000).toISOString().replace(/\.000Z$/, 'Z') : never;

/** The body of `oauth2.token_hook`. */
export function tokenHookPayload(occasion: HookOccasion, settings: ClaimSettings): object {
  const { grantType, authorization, parameters } = occasion;
  const shown = shownParameters.filter((name) => parameters.has(name));
  return {
    session: session(occasion, settings),
    request: {
      client_id: authorization.clientId,
      requested_scopes: authorization.scopes,
      granted_scopes: authorization.scopes,
      granted_audience: authorization.audience,
      grant_types: [grantType],
      payload: Object.fromEntries(shown.map((name) => [name, [parameters.get(name)]])),
    },
  };
}

/** The body of `oauth2.refresh_token_hook`. */
export function refreshHookPayload(occasion: HookOccasion, settings: ClaimSettings): object {
  const { grantType, authorization } = occasion;
  const request = {
    client_id: authorization.clientId,
    granted_scopes: authorization.scopes,
    granted_audience: authorization.audience,
  };
  return {
    subject: authorization.subject,
    session: session(occasion, settings),
    requester: { ...request, grant_types: [grantType] },
    ...request,
  };
}

function session({ authorization, expiresAt }: HookOccasion, settings: ClaimSettings): object {
  const { grantId, subject, clientSubject, clientId, sessionId, idTokenClaims, nonce, acr, amr } = authorization;
  const endUser = grantId !== '';
  return {
    id_token: {
      id_token_claims: {
        jti: '',
        iss: settings.issuer,
        sub: endUser ? clientSubject : '',
        aud: endUser ? [clientId] : null,
        nonce,
        exp: never,
        iat: instant(authorization.requestedAt),
        rat: endUser ? instant(authorization.requestedAt) : never,
        auth_time: instant(authorization.authenticatedAt),
        at_hash: '',
        acr,
        amr: amr.length > 0 ? amr : null,
        c_hash: '',
        ext: endUser ? { ...idTokenClaims, ...(sessionId !== '' && { sid: sessionId }) } : null,
      },
      headers: { extra: endUser ? {} : null },
      expires_at: {
        access_token: instant(expiresAt.access),
        ...(expiresAt.refresh !== undefined && { refresh_token: instant(expiresAt.refresh) }),
      },
      subject,
    },
    extra: authorization.accessTokenClaims,
    kid: '',
    client_id: clientId,
    consent_challenge: '',
    exclude_not_before_claim: settings.excludeNotBefore,
    allowed_top_level_claims: settings.topLevel,
    mirror_top_level_claims: settings.mirrored,
    preserve_ext_claims: settings.preserved,
  };
}
