// Durations as Go and Hydra write them (`1h30m`), and the lifetimes a client and its grant end up with.
import { deviceGrantType } from './grants/device-code.js';

const unitMillis: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** @returns milliseconds, or undefined when the text is no duration */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return undefined;
  let millis = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)) {
    millis += Number(amount) * (unitMillis[unit] ?? 0);
  }
  return Math.round(millis);
}

/** Writes milliseconds the way Go prints a duration: `1h0m0s`, `1m30s`, `5s`, `1.5s`, `250ms`. */
export function formatDuration(millis: number): string {
  if (millis === 0) return '0s';
  if (millis < 1_000) return `${String(millis)}ms`;
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor((millis % 3_600_000) / 60_000);
  const seconds = `${String((millis % 60_000) / 1_000)}s`;
  if (hours > 0) return `${String(hours)}h${String(minutes)}m${seconds}`;
  return minutes > 0 ? `${String(minutes)}m${seconds}` : seconds;
}

/** Lifetimes in milliseconds; a refresh token may have no end. */
export interface TokenLifetimes {
  readonly access: number;
  readonly id: number;
  /** Infinity when it never expires. */
  readonly refresh: number;
}

/** What a client may set for itself (hydra-wire §4.6), milliseconds. */
export interface ClientLifespans {
  readonly authorizationCodeGrantAccessTokenMillis?: number | undefined;
  readonly authorizationCodeGrantIdTokenMillis?: number | undefined;
  readonly authorizationCodeGrantRefreshTokenMillis?: number | undefined;
  readonly clientCredentialsGrantAccessTokenMillis?: number | undefined;
  readonly deviceAuthorizationGrantAccessTokenMillis?: number | undefined;
  readonly deviceAuthorizationGrantIdTokenMillis?: number | undefined;
  readonly deviceAuthorizationGrantRefreshTokenMillis?: number | undefined;
  readonly implicitGrantAccessTokenMillis?: number | undefined;
  readonly implicitGrantIdTokenMillis?: number | undefined;
  readonly jwtBearerGrantAccessTokenMillis?: number | undefined;
  readonly refreshTokenGrantAccessTokenMillis?: number | undefined;
  readonly refreshTokenGrantIdTokenMillis?: number | undefined;
  readonly refreshTokenGrantRefreshTokenMillis?: number | undefined;
}

/**
 * The lifetimes of what a grant issues: the client's where it set them, else the server's.
 *
 * @param server `ttl.*`; a refresh lifetime of -1 means no end
 */
export function lifetimesOf(
  grantType: string,
  client: ClientLifespans | undefined,
  server: TokenLifetimes,
): TokenLifetimes {
  const own = client ?? {};
  const refresh = (millis: number | undefined) => {
    const chosen = millis ?? server.refresh;
    return chosen < 0 ? Infinity : chosen;
  };
  switch (grantType) {
    case 'authorization_code':
      return {
        access: own.authorizationCodeGrantAccessTokenMillis ?? server.access,
        id: own.authorizationCodeGrantIdTokenMillis ?? server.id,
        refresh: refresh(own.authorizationCodeGrantRefreshTokenMillis),
      };
    case 'refresh_token':
      return {
        access: own.refreshTokenGrantAccessTokenMillis ?? server.access,
        id: own.refreshTokenGrantIdTokenMillis ?? server.id,
        refresh: refresh(own.refreshTokenGrantRefreshTokenMillis),
      };
    case 'implicit':
      return {
        access: own.implicitGrantAccessTokenMillis ?? server.access,
        id: own.implicitGrantIdTokenMillis ?? server.id,
        refresh: refresh(undefined),
      };
    case deviceGrantType:
      return {
        access: own.deviceAuthorizationGrantAccessTokenMillis ?? server.access,
        id: own.deviceAuthorizationGrantIdTokenMillis ?? server.id,
        refresh: refresh(own.deviceAuthorizationGrantRefreshTokenMillis),
      };
    case 'client_credentials':
      return {
        access: own.clientCredentialsGrantAccessTokenMillis ?? server.access,
        id: server.id,
        refresh: refresh(undefined),
      };
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return {
        access: own.jwtBearerGrantAccessTokenMillis ?? server.access,
        id: server.id,
        refresh: refresh(undefined),
      };
    default:
      return { access: server.access, id: server.id, refresh: refresh(undefined) };
  }
}
