// Ties our forms to the browser that got them: a random cookie and, in the form, its MAC (signed double submit, OWASP CSRF).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { textOf } from './form-values.js';

const cookieName = 'cardea_demo_login_csrf';
const spelling = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** Gives out and checks form tokens. */
export interface CsrfGuard {
  /** The token for a form on this answer; sets the cookie when the browser has none. */
  token(request: Request, response: Response): string;
  /** Whether a posted form carries the token of this browser's cookie. */
  accepts(request: Request): boolean;
}

function cookieOf(request: Request): string | undefined {
  return spelling.exec(request.headers.cookie ?? '')?.[1];
}

/** @param secure whether the app is reached by https, so that the cookie may demand it */
export function createCsrfGuard({ secure, key = randomBytes(32) }: { secure: boolean; key?: Buffer }): CsrfGuard {
  const macOf = (cookie: string): string => createHmac('sha256', key).update(cookie).digest('base64url');
  return {
    token(request, response) {
      const known = cookieOf(request);
      const cookie = known ?? randomBytes(32).toString('base64url');
      if (known === undefined)
        response.cookie(cookieName, cookie, { httpOnly: true, sameSite: 'lax', secure, path: '/' });
      return macOf(cookie);
    },
    accepts(request) {
      const cookie = cookieOf(request);
      const presented = textOf((request.body as Record<string, unknown> | undefined)?.['csrf']);
      if (cookie === undefined || presented === undefined) return false;
      const expected = Buffer.from(macOf(cookie));
      const given = Buffer.from(presented);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
