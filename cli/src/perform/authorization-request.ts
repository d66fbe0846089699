// One authorization request of the relying party, and whether an answer belongs to it (RFC 6749 §4.1, RFC 7636, RFC 9207).
import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '../failure.js';
import type { Issuer } from './discovery.js';

/** What the person wants to ask for. */
export interface AuthorizationWish {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  readonly prompt: readonly string[];
  /** Seconds; below 0 leaves it out. */
  readonly maxAge: number;
  readonly responseMode: string | undefined;
  readonly state: string | undefined;
}

export interface AuthorizationRequest {
  readonly url: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Whether it answers this request; anybody can call a listener on loopback. */
  belongs(answer: URLSearchParams): boolean;
  /** @returns the code @throws {Failure} for an error, and for an answer of another issuer */
  codeOf(answer: URLSearchParams): string;
}

const fresh = () => randomBytes(32).toString('base64url');

/** @param authorizationEndpoint may have a query of its own */
export function authorizationRequest(
  authorizationEndpoint: string,
  wish: AuthorizationWish,
  { issuer, sendsIssuer }: Issuer,
): AuthorizationRequest {
  const [state, nonce, verifier] = [wish.state ?? fresh(), fresh(), fresh()];
  const url = new URL(authorizationEndpoint);
  const parameters: Readonly<Record<string, string | undefined>> = {
    response_type: 'code',
    client_id: wish.clientId,
    redirect_uri: wish.redirectUri,
    scope: wish.scope.join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    audience: wish.audience.length === 0 ? undefined : wish.audience.join(' '),
    prompt: wish.prompt.length === 0 ? undefined : wish.prompt.join(' '),
    max_age: wish.maxAge < 0 ? undefined : String(wish.maxAge),
    response_mode: wish.responseMode,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return {
    ...{ url: url.href, nonce, verifier },
    belongs: (answer) => answer.get('state') === state,
    codeOf(answer) {
      const iss = answer.get('iss');
      if (iss === null ? sendsIssuer : iss !== issuer) {
        throw new Failure(`the answer comes from ${iss ?? 'nobody'} and not from ${issuer} (RFC 9207)`);
      }
      const error = answer.get('error');
      if (error !== null) {
        const description = answer.get('error_description') ?? '';
        throw new Failure(`${error}${description === '' ? '' : `: ${description}`}`);
      }
      const code = answer.get('code');
      if (code === null) throw new Failure('the answer has neither a code nor an error');
      return code;
    },
  };
}
