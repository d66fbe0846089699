// What somebody was authorised to do: carried from the consent through code, refresh token and access token.

/** How a token is bound to its holder (RFC 9449, RFC 8705). */
export type Proof =
  | { readonly kind: 'none' }
  | { readonly kind: 'dpop'; readonly thumbprint: string }
  | { readonly kind: 'mtls'; readonly thumbprint: string };

/** A JSON object of claims. */
export type Claims = Readonly<Record<string, unknown>>;

/** An authorization by an end user. Times are seconds since the epoch. */
export interface Authorization {
  /** The grant, root of the token family. */
  readonly grantId: string;
  readonly clientId: string;
  /** The subject as the login app named it. */
  readonly subject: string;
  /** The `sub` this client sees; equal to subject unless pairwise. */
  readonly clientSubject: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  /** `sid`. */
  readonly sessionId: string;
  /** `auth_time`. */
  readonly authenticatedAt: number;
  /** When the authorization was asked for (Hydra's `rat`). */
  readonly requestedAt: number;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Empty when the request had none. */
  readonly nonce: string;
  readonly proof: Proof;
  /** Claims the consent app set for the access token. */
  readonly accessTokenClaims: Claims;
  /** Claims the consent app set for the ID token and userinfo. */
  readonly idTokenClaims: Claims;
}

/** What an authorization code stands for: the authorization, and what its redemption must repeat. */
export interface CodeContent {
  readonly authorization: Authorization;
  /** The redirect_uri of the authorization request; empty when it had none. */
  readonly redirectUri: string;
  /** The S256 challenge; empty when the request had none. */
  readonly codeChallenge: string;
  /** Set when an ID token or access token was handed out beside the code: then the next one keeps its `c_hash`. */
  readonly hybrid?: boolean;
}
