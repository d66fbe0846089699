// Keeps what each browser has, in memory and under a random cookie: nothing of a login is ever stored in the browser.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import type { ServerMetadata } from 'openid-client';
import type { Problem } from './flow/problem.js';
import type { Result } from './flow/result.js';
import type { Step } from './flow/step.js';

const cookieName = 'cardea_demo_rp';
const spelling = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{43})(?:;|$)`);
const idleMillis = 8 * 3600_000;
const mostSessions = 1000;

/** A login that left for the provider and has not come back. */
export interface PendingLogin {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly scope: string;
  readonly provider: ServerMetadata;
  readonly startedAt: number;
  readonly maxAge: number | undefined;
  readonly steps: readonly Step[];
}

/** What the provider gave us. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly scope: string;
  readonly requestedScope: string;
  /** Epoch milliseconds; undefined when the provider did not say. */
  readonly expiresAt: number | undefined;
  readonly receivedAt: number;
}

/** Everything about one browser. */
export interface Session {
  readonly id: string;
  /** Stands in our forms, so that no other page can post them. */
  readonly csrf: string;
  touchedAt: number;
  pending: readonly PendingLogin[];
  pendingLogout: string | undefined;
  provider: ServerMetadata | undefined;
  tokens: Tokens | undefined;
  /** The refresh token that the last refresh replaced. */
  previousRefreshToken: string | undefined;
  steps: readonly Step[];
  result: Result | undefined;
  problem: Problem | undefined;
}

/** The sessions of this process. */
export interface Sessions {
  /** The session of this browser; undefined when it has none that we know. */
  find(request: Request): Session | undefined;
  /** The session of this browser, begun when there is none. */
  open(request: Request, response: Response): Session;
  /** The same session under a new name, after a login (OWASP session fixation). */
  rename(session: Session, response: Response): Session;
  end(session: Session): void;
}

export function createSessions({ secure, now = Date.now }: { secure: boolean; now?: () => number }): Sessions {
  const known = new Map<string, Session>();
  const random = (): string => randomBytes(32).toString('base64url');
  const keep = (session: Session, response: Response): Session => {
    known.set(session.id, session);
    response.cookie(cookieName, session.id, { httpOnly: true, sameSite: 'lax', secure, path: '/' });
    return session;
  };

  function find(request: Request): Session | undefined {
    const session = known.get(spelling.exec(request.headers.cookie ?? '')?.[1] ?? '');
    if (session === undefined) return undefined;
    known.delete(session.id);
    if (now() - session.touchedAt > idleMillis) return undefined;
    session.touchedAt = now();
    // Put back at the end: the first of the map is always the one longest untouched.
    known.set(session.id, session);
    return session;
  }

  return {
    find,
    open(request, response) {
      const session = find(request);
      if (session !== undefined) return session;
      const [oldest] = known.keys();
      if (known.size >= mostSessions && oldest !== undefined) known.delete(oldest);
      return keep(
        {
          id: random(),
          csrf: random(),
          touchedAt: now(),
          pending: [],
          pendingLogout: undefined,
          provider: undefined,
          tokens: undefined,
          previousRefreshToken: undefined,
          steps: [],
          result: undefined,
          problem: undefined,
        },
        response,
      );
    },
    rename(session, response) {
      known.delete(session.id);
      return keep({ ...session, id: random(), csrf: random() }, response);
    },
    end(session) {
      known.delete(session.id);
    },
  };
}

/** Whether a posted form came from a page that we gave to this session. */
export function ownForm(session: Session, presented: unknown): boolean {
  if (typeof presented !== 'string') return false;
  const [expected, given] = [Buffer.from(session.csrf), Buffer.from(presented)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
