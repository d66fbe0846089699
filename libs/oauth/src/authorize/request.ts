// Reads and judges an authorization request, protocol before people: all that can be refused is refused before anybody
// is asked to log in (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 7636 §4.4.1).
import { audienceAllowed, parseAudience } from '../audience.js';
import { OAuthError } from '../errors.js';
import { readCodeChallenge } from '../pkce.js';
import { redirectUriIsInsecure, resolveRedirectUri } from '../redirect-uri.js';
import type { ScopeStrategy } from '../scope.js';
import { foreignScope, parseScope, scopeAllowed } from '../scope.js';
import type { ClaimsRequest } from './claims-request.js';
import { parseClaimsRequest } from './claims-request.js';
import type { Prompt } from './prompt.js';
import { parseMaxAge, parsePrompt } from './prompt.js';
import type { ResponseWord } from './response-type.js';
import {
  carriesTokens,
  defaultResponseMode,
  grantTypesNeeded,
  parseResponseType,
  responseTypeRegistered,
} from './response-type.js';
import type { AuthorizationResponseMode } from './response.js';

/** An authorization request in its one normal form, whichever way its parameters came. */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** As sent; undefined when the client left it to its registration. */
  readonly redirectUri: string | undefined;
  /** `response_type`, in one order. */
  readonly responseType: readonly ResponseWord[];
  readonly responseMode: AuthorizationResponseMode;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly state: string | undefined;
  /** Empty when absent. */
  readonly nonce: string;
  /** The S256 challenge; empty when absent. */
  readonly codeChallenge: string;
  readonly prompt: readonly Prompt[];
  /** Seconds. */
  readonly maxAge: number | undefined;
  /** Not verified by reading. */
  readonly idTokenHint: string | undefined;
  readonly loginHint: string;
  readonly display: string;
  readonly uiLocales: readonly string[];
  readonly acrValues: readonly string[];
  readonly claims: ClaimsRequest | undefined;
  /** Hydra's parameter for its companion: which kind of account to register; empty when absent. */
  readonly identitySchema: string;
}

/** What a request is judged by, of the client's metadata. */
export interface RequestingClient {
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly scope: string;
  readonly audience: readonly string[];
  readonly tokenEndpointAuthMethod: string;
}

/** What a request is judged by, of the server's settings. */
export interface RequestPolicy {
  readonly scopeStrategy: ScopeStrategy;
  readonly pkceRequired: boolean;
  readonly pkceRequiredForPublicClients: boolean;
  /** 0 by the standards, 8 in Hydra. */
  readonly minStateLength: number;
  /** The same for the nonce of requests that are answered with an ID token. */
  readonly minNonceLength: number;
  /** Whether access tokens may stand in authorization responses; OAuth 2.1 has none there. */
  readonly frontChannelTokens: boolean;
  /** Whether codes may travel to plain http on other machines; development only. */
  readonly insecureRedirects: boolean;
}

type Parameters = ReadonlyMap<string, string>;

const responseModes: readonly string[] = ['query', 'fragment', 'form_post'] satisfies AuthorizationResponseMode[];

/** Parameters that may repeat; their values are joined by spaces. */
export const repeatableAuthorizationParameters = ['audience'] as const;

/**
 * Where errors about this request may be sent.
 *
 * @throws {OAuthError} what must be shown on a page, because no redirect URI can be trusted yet
 */
export function readResponseAddress(
  parameters: Parameters,
  client: Pick<RequestingClient, 'redirectUris'>,
): { redirectUri: string; mode: AuthorizationResponseMode; state: string | undefined } {
  if (parameters.has('request') && parameters.has('request_uri')) {
    throw new OAuthError('invalid_request', 'The request and request_uri parameters exclude each other.');
  }
  const fallback = defaultResponseMode(parameters.get('response_type'));
  const asked = parameters.get('response_mode') ?? fallback;
  if (!responseModes.includes(asked)) throw new OAuthError('unsupported_response_mode');
  // A query is refused where tokens were asked for, and the refusal does not travel in it either.
  const mode = asked === 'query' ? fallback : (asked as AuthorizationResponseMode);
  const openid = (parameters.get('scope') ?? '').split(' ').includes('openid');
  const redirectUri = resolveRedirectUri(client.redirectUris, parameters.get('redirect_uri'), openid);
  return { redirectUri, mode, state: parameters.get('state') };
}

/**
 * Reads a request whose address is known. Unknown parameters are ignored (RFC 6749 §3.1).
 *
 * @throws {OAuthError} what may be sent to the client
 */
export function readAuthorizationRequest(parameters: Parameters): AuthorizationRequest {
  for (const name of ['request', 'request_uri', 'registration'] as const) {
    if (parameters.has(name)) throw new OAuthError(`${name}_not_supported`);
  }
  const responseType = parseResponseType(parameters.get('response_type'));
  if (responseType === undefined) throw new OAuthError('unsupported_response_type');
  const words = (name: string) => (parameters.get(name) ?? '').split(' ').filter((word) => word !== '');
  return {
    clientId: parameters.get('client_id') ?? '',
    redirectUri: parameters.get('redirect_uri'),
    responseType,
    responseMode: (parameters.get('response_mode') ??
      defaultResponseMode(parameters.get('response_type'))) as AuthorizationResponseMode,
    scopes: parseScope(parameters.get('scope')),
    audience: parseAudience(parameters.get('audience')),
    state: parameters.get('state'),
    nonce: parameters.get('nonce') ?? '',
    codeChallenge: readCodeChallenge(parameters) ?? '',
    prompt: parsePrompt(parameters.get('prompt')),
    maxAge: parseMaxAge(parameters.get('max_age')),
    idTokenHint: parameters.get('id_token_hint'),
    loginHint: parameters.get('login_hint') ?? '',
    display: parameters.get('display') ?? '',
    uiLocales: words('ui_locales'),
    acrValues: words('acr_values'),
    claims: parseClaimsRequest(parameters.get('claims')),
    identitySchema: parameters.get('identity_schema') ?? '',
  };
}

/**
 * Judges a request by what its client may do now. Every leg of a flow asks again, so that a client that lost a right
 * in between gets no code.
 *
 * @param redirectUri the verified redirect URI
 * @throws {OAuthError} what may be sent to the client
 */
export function checkAuthorizationRequest(
  request: AuthorizationRequest,
  redirectUri: string,
  client: RequestingClient,
  policy: RequestPolicy,
): void {
  checkResponseType(request, client, policy);
  if (!policy.insecureRedirects && redirectUriIsInsecure(redirectUri)) {
    throw new OAuthError('invalid_request', 'The redirect_uri must use https, or http on this machine only.');
  }
  if ((request.state ?? '').length < policy.minStateLength) {
    throw new OAuthError('invalid_state', `The state must have at least ${String(policy.minStateLength)} characters.`);
  }
  const scopes = client.scope.split(' ').filter((scope) => scope !== '');
  for (const scope of request.scopes) {
    if (!scopeAllowed(scopes, scope, policy.scopeStrategy)) {
      throw new OAuthError('invalid_scope', foreignScope(scope));
    }
  }
  for (const audience of request.audience) {
    if (!audienceAllowed(client.audience, audience)) {
      throw new OAuthError('invalid_request', `The client may not ask for audience '${audience}'.`);
    }
  }
  checkNonce(request, policy);
  const needsProof = request.responseType.includes('code') && proofNeeded(client, policy);
  if (needsProof && request.codeChallenge === '') {
    throw new OAuthError('invalid_request', 'The client must send a code_challenge with code_challenge_method=S256.');
  }
}

function checkResponseType(request: AuthorizationRequest, client: RequestingClient, policy: RequestPolicy): void {
  const { responseType } = request;
  const registered = responseTypeRegistered(orDefault(client.responseTypes, 'code'), responseType);
  if (!registered || (responseType.includes('token') && !policy.frontChannelTokens)) {
    throw new OAuthError('unsupported_response_type');
  }
  if (request.responseMode === 'query' && carriesTokens(responseType)) {
    throw new OAuthError('unsupported_response_mode', 'Tokens do not travel in a query.');
  }
  const allowed = orDefault(client.grantTypes, 'authorization_code');
  for (const grantType of grantTypesNeeded(responseType)) {
    if (!allowed.includes(grantType)) {
      throw new OAuthError('unauthorized_client', `The client may not use the grant type ${grantType}.`);
    }
  }
  // With a code beside it, only the ID token stays away.
  if (responseType.includes('id_token') && !responseType.includes('code') && !request.scopes.includes('openid')) {
    throw new OAuthError('unsupported_response_type', 'An ID token needs scope openid.');
  }
}

/** OpenID Connect Core §3.2.2.1, §3.3.2.11: a nonce binds an ID token of the front channel to the browser that asked. */
function checkNonce({ responseType, nonce, scopes }: AuthorizationRequest, policy: RequestPolicy): void {
  if (!responseType.includes('id_token') || !scopes.includes('openid')) return;
  if (nonce === '') throw new OAuthError('invalid_request', 'The nonce is required where an ID token is the answer.');
  if (nonce.length < policy.minNonceLength) {
    const least = String(policy.minNonceLength);
    throw new OAuthError('insufficient_entropy', `The nonce must have at least ${least} characters.`);
  }
}

const proofNeeded = (client: RequestingClient, policy: RequestPolicy): boolean =>
  policy.pkceRequired || (policy.pkceRequiredForPublicClients && isPublicClient(client));

/** Whether a client has no credentials of its own (RFC 6749 §2.1). */
export function isPublicClient(client: Pick<RequestingClient, 'tokenEndpointAuthMethod'>): boolean {
  return client.tokenEndpointAuthMethod === 'none';
}

const orDefault = (list: readonly string[], fallback: string) => (list.length === 0 ? [fallback] : list);
