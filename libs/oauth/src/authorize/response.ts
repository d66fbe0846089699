// Writes authorization responses: parameters in order, `iss` and `state` included, in the mode of the request
// (RFC 6749 §4.1.2, RFC 9207 §2, OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
import type { OAuthError } from '../errors.js';

export type AuthorizationResponseMode = 'query' | 'fragment' | 'form_post';

/** Where and how a client is answered; known once its redirect URI is verified. */
export interface ResponseTarget {
  readonly redirectUri: string;
  readonly mode: AuthorizationResponseMode;
  /** As it came; undefined when it did not. */
  readonly state: string | undefined;
  readonly issuer: string;
  /** Hydra echoes `scope` with a code, and an empty `state` with an error. */
  readonly hydraCompat: boolean;
  /** Where the developer of the client reads about an error of this request; undefined where the client is told of no page. */
  readonly errorPage: string | undefined;
}

export interface ResponseParameter {
  readonly name: string;
  readonly value: string;
}

/** An answer to a client, ready to be written by the gateway. */
export interface AuthorizationResponse {
  readonly redirectUri: string;
  readonly mode: AuthorizationResponseMode;
  readonly parameters: readonly ResponseParameter[];
}

/** What a client gets; what it did not ask for is absent. */
export interface AuthorizationGains {
  readonly code?: string | undefined;
  readonly accessToken?: { readonly token: string; readonly expiresInSeconds: number } | undefined;
  readonly idToken?: string | undefined;
  /** OpenID Connect Session Management 1.0 §2. */
  readonly sessionState?: string | undefined;
  readonly scopes: readonly string[];
}

/** The answer of success (RFC 6749 §4.1.2 and §4.2.2, OpenID Connect Core §3.2.2.5 and §3.3.2.5). */
export function successResponse(target: ResponseTarget, gains: AuthorizationGains): AuthorizationResponse {
  const { code, accessToken, idToken, sessionState, scopes } = gains;
  const parameters: ResponseParameter[] = [];
  if (code !== undefined) parameters.push({ name: 'code', value: code });
  if (accessToken !== undefined) {
    parameters.push(
      { name: 'access_token', value: accessToken.token },
      { name: 'token_type', value: 'bearer' },
      { name: 'expires_in', value: String(accessToken.expiresInSeconds) },
    );
  }
  // Beside a token it is the standard's own member; with a code alone it is Hydra's.
  if (accessToken !== undefined || (target.hydraCompat && idToken === undefined)) {
    parameters.push({ name: 'scope', value: scopes.join(' ') });
  }
  if (idToken !== undefined) parameters.push({ name: 'id_token', value: idToken });
  if (sessionState !== undefined) parameters.push({ name: 'session_state', value: sessionState });
  return finish(target, parameters, target.state);
}

/** The answer that carries an error, and by `error_uri` the id of its log line (RFC 6749 §4.1.2.1). */
export function errorResponse(target: ResponseTarget, error: OAuthError): AuthorizationResponse {
  // The code may be the login app's own word; the grammar of RFC 6749 appendix A.7 holds for it too.
  const code = error.code.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
  const parameters: ResponseParameter[] = [
    { name: 'error', value: code },
    { name: 'error_description', value: error.description },
  ];
  const { errorPage } = target;
  if (errorPage !== undefined) {
    parameters.push({ name: 'error_uri', value: `${errorPage}&error=${encodeURIComponent(code)}` });
  }
  return finish(target, parameters, target.state ?? (target.hydraCompat ? '' : undefined));
}

function finish(
  target: ResponseTarget,
  parameters: ResponseParameter[],
  state: string | undefined,
): AuthorizationResponse {
  if (state !== undefined) parameters.push({ name: 'state', value: state });
  parameters.push({ name: 'iss', value: target.issuer });
  return { redirectUri: target.redirectUri, mode: target.mode, parameters };
}

/**
 * The `Location` of an answer by query or fragment. The registered URI stays byte for byte as it is; parameters are only
 * appended, so that no re-encoding changes what the client registered.
 */
export function responseLocation(response: AuthorizationResponse): string {
  const { redirectUri, mode } = response;
  const encoded = new URLSearchParams(
    response.parameters.map(({ name, value }): [string, string] => [name, value]),
  ).toString();
  if (mode === 'fragment') return `${redirectUri}#${encoded}`;
  if (!redirectUri.includes('?')) return `${redirectUri}?${encoded}`;
  return redirectUri + (/[?&]$/.test(redirectUri) ? '' : '&') + encoded;
}
