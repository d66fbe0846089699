// The error table: every error Cardea can answer, with its HTTP and gRPC face (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1,
// OpenID Connect Core §3.1.2.6, RFC 7591 §3.2.2). docs/errors.md is generated from it.

/** What the table says about one error code. */
export interface ErrorRow {
  /** HTTP status of a direct answer. */
  readonly status: number;
  /** gRPC status name, for retries and dashboards. */
  readonly grpc: GrpcStatusName;
  /** Said when the place that raises it has nothing better to say. */
  readonly description: string;
  /** Whether it may be delivered to a client's redirect URI. */
  readonly redirectable: boolean;
}

export type GrpcStatusName =
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

const row = (status: number, grpc: GrpcStatusName, redirectable: boolean, description: string): ErrorRow => ({
  status,
  grpc,
  redirectable,
  description,
});

export const errorTable = {
  invalid_request: row(
    400,
    'INVALID_ARGUMENT',
    true,
    'The request is missing a parameter, repeats one, or has one that is malformed.',
  ),
  invalid_client: row(
    401,
    'UNAUTHENTICATED',
    false,
    'Client authentication failed: unknown client, no authentication, or a method the client is not registered for.',
  ),
  invalid_grant: row(
    400,
    'FAILED_PRECONDITION',
    false,
    'The grant is invalid, expired, revoked, used, or was issued to another client or redirect URI.',
  ),
  unauthorized_client: row(400, 'PERMISSION_DENIED', true, 'The client may not use this grant type or response type.'),
  unsupported_grant_type: row(400, 'UNIMPLEMENTED', false, 'This grant type is not supported.'),
  unsupported_response_type: row(400, 'UNIMPLEMENTED', true, 'This response type is not supported for the client.'),
  unsupported_response_mode: row(
    400,
    'UNIMPLEMENTED',
    true,
    'This response mode is not supported for the response type.',
  ),
  unsupported_token_type: row(400, 'UNIMPLEMENTED', false, 'Tokens of this type cannot be revoked.'),
  invalid_scope: row(
    400,
    'INVALID_ARGUMENT',
    true,
    'The scope is unknown, malformed, or more than the client may ask for.',
  ),
  invalid_target: row(
    400,
    'INVALID_ARGUMENT',
    true,
    'The audience or resource is unknown, malformed, or more than the client may ask for.',
  ),
  jti_known: row(400, 'FAILED_PRECONDITION', false, 'The assertion was used before.'),
  access_denied: row(403, 'PERMISSION_DENIED', true, 'The resource owner or the server denied the request.'),
  login_required: row(400, 'FAILED_PRECONDITION', true, 'The end user must log in, and the request forbids asking.'),
  consent_required: row(400, 'FAILED_PRECONDITION', true, 'The end user must consent, and the request forbids asking.'),
  interaction_required: row(
    400,
    'FAILED_PRECONDITION',
    true,
    'The end user must be asked something, and the request forbids asking.',
  ),
  account_selection_required: row(
    400,
    'FAILED_PRECONDITION',
    true,
    'The end user must choose an account, and the request forbids asking.',
  ),
  unmet_authentication_requirements: row(
    400,
    'FAILED_PRECONDITION',
    true,
    'The authentication that was required could not be reached.',
  ),
  invalid_request_uri: row(400, 'INVALID_ARGUMENT', true, 'The request_uri cannot be used.'),
  invalid_request_object: row(400, 'INVALID_ARGUMENT', true, 'The request object cannot be used.'),
  request_not_supported: row(400, 'UNIMPLEMENTED', true, 'The request parameter is not supported.'),
  request_uri_not_supported: row(400, 'UNIMPLEMENTED', true, 'The request_uri parameter is not supported.'),
  registration_not_supported: row(400, 'UNIMPLEMENTED', true, 'The registration parameter is not supported.'),
  invalid_redirect_uri: row(400, 'INVALID_ARGUMENT', false, 'A redirect URI is not acceptable.'),
  invalid_client_metadata: row(400, 'INVALID_ARGUMENT', false, 'A client metadata field is not acceptable.'),
  invalid_software_statement: row(400, 'INVALID_ARGUMENT', false, 'The software statement is not a signed JWT.'),
  unapproved_software_statement: row(
    400,
    'PERMISSION_DENIED',
    false,
    'The software statement comes from nobody whose word is taken here.',
  ),
  invalid_token: row(401, 'UNAUTHENTICATED', false, 'The access token is unknown, expired, revoked or malformed.'),
  insufficient_scope: row(403, 'PERMISSION_DENIED', false, 'The access token lacks a scope this resource needs.'),
  request_unauthorized: row(401, 'UNAUTHENTICATED', false, 'The request could not be authorized.'),
  request_forbidden: row(
    403,
    'PERMISSION_DENIED',
    true,
    'The request is not allowed: the browser did not bring the cookie that began this flow. Begin again in one browser, at the host name of the issuer.',
  ),
  authorization_pending: row(400, 'FAILED_PRECONDITION', false, 'The end user has not answered yet.'),
  slow_down: row(400, 'FAILED_PRECONDITION', false, 'Polling came too fast.'),
  expired_token: row(400, 'FAILED_PRECONDITION', false, 'The device code expired.'),
  missing_required_parameter: row(400, 'INVALID_ARGUMENT', false, 'A required member is missing.'),
  not_found: row(404, 'NOT_FOUND', false, 'Unable to locate the requested resource.'),
  request_handled: row(410, 'FAILED_PRECONDITION', false, 'This request was handled already; go on at redirect_to.'),
  conflict: row(409, 'ALREADY_EXISTS', false, 'A resource with that value exists already, or it changed meanwhile.'),
  request_too_large: row(413, 'RESOURCE_EXHAUSTED', false, 'The request body is too large.'),
  rate_limited: row(429, 'RESOURCE_EXHAUSTED', false, 'Too many requests; come back later.'),
  temporarily_unavailable: row(503, 'UNAVAILABLE', true, 'The server cannot answer right now; try again.'),
  server_error: row(500, 'INTERNAL', true, 'The server met an unexpected condition.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** What may be said about an error beside its code. */
export interface OAuthErrorOptions {
  /** What went wrong underneath. Logged once, never sent. */
  readonly cause?: unknown;
  /** HTTP status where it differs from the table's. */
  readonly status?: number;
  /** gRPC status where it differs from the table's. */
  readonly grpc?: GrpcStatusName;
  /** When to come back. */
  readonly retryAfterSeconds?: number;
  /** For `request_handled`: where the browser goes on. */
  readonly redirectTo?: string;
  /** The id under which the cause was logged, when it was logged elsewhere. */
  readonly errorId?: string;
}

/** An error with a code of the table, or one the login app chose when it rejected a request. */
export class OAuthError extends Error {
  readonly code: string;
  readonly status: number;
  readonly grpc: GrpcStatusName;
  readonly retryAfterSeconds: number | undefined;
  readonly redirectTo: string | undefined;
  /** Set when the error is logged; the answer carries it too. */
  errorId: string | undefined;

  constructor(code: ErrorCode | (string & {}), description?: string, options: OAuthErrorOptions = {}) {
    const known = rowOf(code);
    super(
      description ?? known?.description ?? code,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'OAuthError';
    this.code = code;
    this.status = options.status ?? known?.status ?? 400;
    this.grpc = options.grpc ?? known?.grpc ?? 'FAILED_PRECONDITION';
    this.retryAfterSeconds = options.retryAfterSeconds ?? (code === 'temporarily_unavailable' ? 1 : undefined);
    this.redirectTo = options.redirectTo;
    this.errorId = options.errorId;
  }

  /** `error_description`: the message reduced to what RFC 6749 §5.2 allows in it. */
  get description(): string {
    return this.message.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
  }

  /** Turns anything caught into an OAuthError; what is not one becomes `server_error` with the original as cause. */
  static from(caught: unknown): OAuthError {
    return caught instanceof OAuthError ? caught : new OAuthError('server_error', undefined, { cause: caught });
  }
}

/** The table's row for a code, or undefined for a code the login app made up. */
export function rowOf(code: string): ErrorRow | undefined {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode] : undefined;
}
