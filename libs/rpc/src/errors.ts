// Carries OAuthError across gRPC: a status for machinery, an ErrorDetail for the truth (ARCHITECTURE §7).
import { OAuthError, rowOf } from '@cardea/oauth';
import { Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { ErrorDetail } from './gen/cardea/error/v1/error.pb.js';

/** The trailer that holds an encoded ErrorDetail. */
export const errorTrailer = 'cardea-error-bin';

/** The gRPC status code of an error. */
export function statusOf(error: OAuthError): number {
  return grpcStatus[error.grpc];
}

/** Encodes what may cross; the cause stays here. */
export function encodeError(error: OAuthError): Buffer {
  const detail = ErrorDetail.encode({
    code: error.code,
    description: error.description,
    httpStatus: error.status === rowOf(error.code)?.status ? 0 : error.status,
    retryAfterSeconds: error.retryAfterSeconds ?? 0,
    errorId: error.errorId ?? '',
    redirectTo: error.redirectTo ?? '',
  });
  return Buffer.from(detail.finish());
}

/** Rebuilds the error on the caller's side. What cannot be read is a fault of ours, not of the caller. */
export function decodeError(encoded: Uint8Array): OAuthError {
  try {
    const detail = ErrorDetail.decode(encoded);
    return new OAuthError(detail.code, detail.description, {
      ...(detail.httpStatus === 0 ? {} : { status: detail.httpStatus }),
      ...(detail.retryAfterSeconds === 0 ? {} : { retryAfterSeconds: detail.retryAfterSeconds }),
      ...(detail.errorId === '' ? {} : { errorId: detail.errorId }),
      ...(detail.redirectTo === '' ? {} : { redirectTo: detail.redirectTo }),
    });
  } catch (cause) {
    return new OAuthError('server_error', undefined, { cause });
  }
}

/** The trailers of a failed unary call. */
export function errorMetadata(error: OAuthError): Metadata {
  const metadata = new Metadata();
  metadata.set(errorTrailer, encodeError(error));
  return metadata;
}

/**
 * Whether a failed unary call never reached a handler: nobody was connected, or the server refused a stream it had not begun.
 * grpc-js says so in words only.
 */
export function neverBegan(details: string): boolean {
  return /^(No connection established|Stream refused by server)/.test(details);
}

/** What a bare status without ErrorDetail means: the transport spoke, not the service. */
export function transportError(code: number, cause: unknown): OAuthError {
  switch (code) {
    case grpcStatus.PERMISSION_DENIED:
    case grpcStatus.UNAUTHENTICATED:
    case grpcStatus.UNIMPLEMENTED:
    case grpcStatus.INVALID_ARGUMENT:
    case grpcStatus.INTERNAL:
      return new OAuthError('server_error', undefined, { cause });
    case grpcStatus.RESOURCE_EXHAUSTED:
      return new OAuthError('temporarily_unavailable', 'A service behind this one has too much to do.', { cause });
    case grpcStatus.DEADLINE_EXCEEDED:
      return new OAuthError('temporarily_unavailable', 'A service behind this one did not answer in time.', { cause });
    default:
      return new OAuthError('temporarily_unavailable', 'A service behind this one did not answer.', { cause });
  }
}
