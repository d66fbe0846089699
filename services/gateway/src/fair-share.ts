// Each client its own share of what the token service has under way: a flood waits behind itself, and everybody else is served at
// once (issue 6 "Limits"; security catalogue F31, H12).
import type { FormParameter, Request } from '@cardea/http';
import { valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';

/**
 * Runs `work` when it is the turn of `whose`.
 *
 * @throws {OAuthError} temporarily_unavailable when too many of the same wait already, or this one waited too long
 */
export type FairShare = <T>(whose: string, work: () => Promise<T>) => Promise<T>;

interface Share {
  running: number;
  readonly waiting: (() => void)[];
}

const bounds = {
  /** What all share who have something under way; with 10 ms a call, 6,400 a second of a client that is alone at a gateway. */
  underWay: 64,
  /** A client's share at least, however many there are. */
  least: 16,
  waiting: 256,
  /** Who waited longer than a call takes at most has gone, as a rule. */
  waitMillis: 5_000,
};

const busy = () =>
  new OAuthError('temporarily_unavailable', 'This client has too many requests under way.', { retryAfterSeconds: 1 });

export function createFairShare({ underWay, least, waiting, waitMillis } = bounds): FairShare {
  // Only of those who have something under way: it is as large as what goes on, whatever names come.
  const shares = new Map<string, Share>();
  /** What a flood has under way is before whoever comes next: the more there are, the less of it. */
  const most = (): number => Math.max(least, Math.floor(underWay / shares.size));

  const turn = (whose: string, share: Share): Promise<void> => {
    if (share.waiting.length >= waiting) return Promise.reject(busy());
    const since = performance.now();
    return new Promise<void>((resolve) => share.waiting.push(resolve)).then(() => {
      if (performance.now() - since <= waitMillis) return;
      pass(whose, share);
      throw busy();
    });
  };
  const pass = (whose: string, share: Share): void => {
    share.running--;
    while (share.waiting.length > 0 && share.running < most()) {
      share.running++;
      share.waiting.shift()?.();
    }
    if (share.running === 0) shares.delete(whose);
  };

  return async (whose, work) => {
    let share = shares.get(whose);
    if (share === undefined) shares.set(whose, (share = { running: 0, waiting: [] }));
    if (share.running < most()) share.running++;
    else await turn(whose, share);
    try {
      return await work();
    } finally {
      pass(whose, share);
    }
  };
}

/** Whom a request says it is of; believed for nothing but whose share it takes. Who names no client is counted by address. */
export function shareOf(request: Request, parameters: readonly FormParameter[], address: string): string {
  const { authorization = '' } = request.headers;
  if (/^basic /i.test(authorization)) {
    const [user = ''] = Buffer.from(authorization.slice(6), 'base64').toString('latin1').split(':', 1);
    return `client ${user}`;
  }
  const clientId = valueOf(parameters, 'client_id') ?? '';
  return clientId === '' ? `address ${address}` : `client ${clientId}`;
}
