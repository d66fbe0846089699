// What a token is worth right now: forged ones are told apart before any store is asked, and a store that does not answer
// makes nobody inactive (ARCHITECTURE §5 "Introspection", §2 law 10).
import type { LiveToken, TokenContent } from '@cardea/oauth';
import type { AccessTokenKeys } from './access-token-keys.js';
import { looksLikeJwt } from './access-token-keys.js';
import { rememberContents } from './cache/content-memory.js';
import type { TokenCache } from './cache/token-cache.js';
import type { ClientResolver } from './client-resolver.js';
import type { Handles } from './handles.js';
import type { TokenSeals } from './issue.js';
import { openBody } from './redeem.js';
import type { RefreshTokens } from './storage/refresh-tokens.js';
import type { AccessTokens, TokenRef } from './storage/tokens.js';

/** A genuine token: one we made, whether or not it is still worth something. */
export type GenuineToken =
  | { readonly use: 'access_token'; readonly rows: readonly TokenRef[] }
  | { readonly use: 'refresh_token'; readonly key: Buffer };

export interface LiveTokens {
  /** @returns undefined for anything we did not make in exactly this spelling */
  recognise(token: string): Promise<GenuineToken | undefined>;
  /** The token if it may be used now. @throws {OAuthError} temporarily_unavailable when nobody knows */
  find(token: string): Promise<LiveToken | undefined>;
}

/** How far the clocks of PostgreSQL and of token services may stand apart. */
const skewMillis = 60_000;

export function createLiveTokens(options: {
  handles: Handles;
  accessTokenKeys: AccessTokenKeys;
  seals: TokenSeals;
  tokens: AccessTokens;
  refreshTokens: RefreshTokens;
  cache: TokenCache;
  clients: ClientResolver;
  /** Milliseconds since the epoch. */
  now: () => number;
}): LiveTokens {
  const { handles, accessTokenKeys, seals, tokens, refreshTokens, cache, clients, now } = options;
  const openAccess = rememberContents((key, body) => openBody(seals.access, key, body) as TokenContent, now);

  const recognise = async (token: string): Promise<GenuineToken | undefined> => {
    const access = handles.open('access_token', token);
    if (access !== undefined) return { use: 'access_token', rows: [access] };
    const refresh = handles.open('refresh_token', token);
    if (refresh !== undefined) return { use: 'refresh_token', key: refresh.key };
    if (!looksLikeJwt(token)) return undefined;
    const rows = await accessTokenKeys.verify(token);
    return rows.length === 0 ? undefined : { use: 'access_token', rows };
  };

  const findAccess = async (rows: readonly TokenRef[]): Promise<LiveToken | undefined> => {
    for (const row of rows) {
      if (row.expiresAt * 1000 <= now()) return undefined;
      const body = await cache.find(row, tokens.find);
      if (body === undefined) continue;
      const content = openAccess(row.key, body);
      return { ...content, use: 'access_token', expiresAt: row.expiresAt };
    }
    return undefined;
  };

  const findRefresh = async (key: Buffer): Promise<LiveToken | undefined> => {
    const row = await refreshTokens.find(key);
    if (row === undefined || !row.standing || row.usedAt !== undefined || row.expiresAt <= now()) return undefined;
    const content = openBody(seals.refresh, key, row.body) as TokenContent;
    const expiresAt = row.expiresAt === Infinity ? 0 : Math.floor(row.expiresAt / 1000);
    return { ...content, use: 'refresh_token', expiresAt };
  };

  /** A deleted client's tokens die with it, even one that was being issued at that moment; a namesake does not revive them. */
  const clientStands = async ({ authorization, issuedAt }: TokenContent): Promise<boolean> => {
    const found = await clients.find(authorization.clientId);
    // The two instants come from two clocks.
    return found !== undefined && (found.client.createdAt?.getTime() ?? 0) <= issuedAt * 1000 + skewMillis;
  };

  return {
    recognise,
    async find(text) {
      const genuine = await recognise(text);
      if (genuine === undefined) return undefined;
      const token = await (genuine.use === 'access_token' ? findAccess(genuine.rows) : findRefresh(genuine.key));
      return token !== undefined && (await clientStands(token)) ? token : undefined;
    },
  };
}
