// Audiences: what a token is meant for, asked for by Hydra's `audience` parameter.
import { OAuthError } from './errors.js';

/** @throws {OAuthError} invalid_request when there are absurdly many */
export function parseAudience(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  if (text.length > 8192) throw new OAuthError('invalid_request', 'The audience is too long.');
  const audience = [...new Set(text.split(' ').filter((entry) => entry !== ''))];
  if (audience.length > 50) throw new OAuthError('invalid_request', 'The audience names too many resources.');
  return audience;
}

/**
 * Whether an audience is covered by the client's: the same string, or a URL of the same origin below a registered path.
 */
export function audienceAllowed(allowed: readonly string[], wanted: string): boolean {
  if (allowed.includes(wanted)) return true;
  const url = parseUrl(wanted);
  if (url === undefined) return false;
  return allowed.some((entry) => {
    const base = parseUrl(entry);
    if (base === undefined || base.origin !== url.origin || base.origin === 'null') return false;
    const path = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    return url.pathname === base.pathname || url.pathname.startsWith(path);
  });
}

function parseUrl(text: string): URL | undefined {
  return /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
