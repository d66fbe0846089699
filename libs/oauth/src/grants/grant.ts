// What every grant is: data, and a pure function that says issue, refuse or replay (ARCHITECTURE §5). The shell that
// loads, signs and stores is services/token/src/exchange.ts.
import type { Authorization } from '../authorization.js';
import type { ErrorCode } from '../errors.js';
import { OAuthError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import type { ScopeStrategy } from '../scope.js';

/** What grants look at of an authenticated client. */
export interface GrantClient {
  readonly clientId: string;
  readonly grantTypes: readonly string[];
  /** Registered scopes, space separated. */
  readonly scope: string;
  readonly audience: readonly string[];
  readonly tokenEndpointAuthMethod: string;
}

/** What grants look at of the server's settings. */
export interface GrantPolicy {
  readonly scopeStrategy: ScopeStrategy;
  readonly pkceRequired: boolean;
  readonly pkceRequiredForPublicClients: boolean;
  /** How long a used refresh token gives its own client the same successor, milliseconds. */
  readonly rotationGraceMillis: number;
  /** How often a refresh token may be used in all inside that time; 0 means as often as it likes. */
  readonly rotationReuseCount: number;
  /** Whether a client that asks for no scope is granted all it may have (`default_grant_allowed_scope`). */
  readonly defaultScopes: boolean;
  /** Whether requests are read as Hydra reads them, where clients could depend on it. */
  readonly hydraCompat: boolean;
}

/** What a grant is decided on. `now` in milliseconds since the epoch. */
export interface GrantRequest<Presented> {
  readonly client: GrantClient;
  readonly parameters: Parameters;
  readonly presented: Presented;
  readonly policy: GrantPolicy;
  readonly now: number;
}

/** Something a refusal makes known beside itself. */
export type GrantEvent = 'code_given_up' | 'code_reuse_detected' | 'refresh_reuse_detected';

export type Decision =
  | {
      readonly kind: 'issue';
      /** What the access token (and the ID token) stands for. */
      readonly authorization: Authorization;
      /** What the refresh token stands for; undefined when none is issued. */
      readonly refresh: Authorization | undefined;
      readonly idToken: boolean;
      /** The code that the ID token is to vouch for (`c_hash`). */
      readonly code?: string | undefined;
    }
  /** The same answer as the first time is due. */
  | { readonly kind: 'replay' }
  | {
      readonly kind: 'refuse';
      readonly error: OAuthError;
      /** The grant whose tokens must all die. */
      readonly fall?: string;
      readonly event?: GrantEvent;
      /** Whether a proof was wrong, which only so many may be. */
      readonly wrongProof?: true;
    };

/** @param consequence what the refusal does beside refusing; nothing by default */
export function refuse(
  code: ErrorCode,
  description: string,
  consequence: { readonly fall?: string; readonly event?: GrantEvent; readonly wrongProof?: true } = {},
): Decision {
  return { kind: 'refuse', error: new OAuthError(code, description), ...consequence };
}

/** Whether a client may use a grant type; registered none means authorization_code (RFC 7591 §2). */
export function grantAllowed(client: GrantClient, grantType: string): boolean {
  return client.grantTypes.length === 0 ? grantType === 'authorization_code' : client.grantTypes.includes(grantType);
}

/** Whether what was granted earns a refresh token. */
export function earnsRefreshToken(client: GrantClient, scopes: readonly string[]): boolean {
  return (scopes.includes('offline') || scopes.includes('offline_access')) && grantAllowed(client, 'refresh_token');
}

/** Registered scopes as a list. */
export function registeredScopes(client: GrantClient): string[] {
  return client.scope.split(' ').filter((scope) => scope !== '');
}

/** Issues an access token and nothing else: no end user took part who could come back. */
export function forClientAlone(
  client: GrantClient,
  granted: { subject: string; scopes: readonly string[]; audience: readonly string[]; now: number },
): Decision {
  const { subject, scopes, audience, now } = granted;
  return {
    kind: 'issue',
    authorization: {
      grantId: '',
      clientId: client.clientId,
      subject,
      clientSubject: subject,
      scopes,
      audience,
      sessionId: '',
      authenticatedAt: 0,
      requestedAt: Math.floor(now / 1000),
      acr: '',
      amr: [],
      nonce: '',
      proof: { kind: 'none' },
      accessTokenClaims: {},
      idTokenClaims: {},
    },
    refresh: undefined,
    idToken: false,
  };
}
