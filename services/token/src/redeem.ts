// Codes and refresh tokens are redeemed here: loaded, judged by their grant, and used up in the same statement that stores
// what comes of them. Whoever loses that race is told so; nobody falls for it (RFC 6749 §4.1.2, §6).
import type { CodeContent, TokenContent } from '@cardea/oauth';
import { grantTable, OAuthError } from '@cardea/oauth';
import type { tokenV1 } from '@cardea/rpc';
import type { TokenCache } from './cache/token-cache.js';
import type { Events } from './events.js';
import type { GrantCall, Refusal } from './exchange.js';
import type { Handles } from './handles.js';
import type { Issue, TokenSeals } from './issue.js';
import { openReplay, sealReplay } from './replay.js';
import type { Seal } from './seal.js';
import type { TokenSettings } from './settings.js';
import type { Codes } from './storage/codes.js';
import type { RefreshTokens } from './storage/refresh-tokens.js';

export type Redeem = (call: GrantCall) => Promise<tokenV1.IssueTokenResponse | Refusal>;

/** The content of a sealed row; the row was found under a genuine handle, so failing to open it is our own fault. */
export function openBody(seal: Seal, key: Buffer, body: Buffer): unknown {
  const plain = seal.open(key, body);
  if (plain === undefined) {
    throw new OAuthError('server_error', undefined, {
      cause: new Error('a token row does not open: is a secret missing?'),
    });
  }
  return JSON.parse(plain.toString()) as unknown;
}

const lostRace = (what: string): Refusal => ({
  kind: 'refuse',
  error: new OAuthError('invalid_grant', `The ${what} was used by another request, or revoked, at this moment.`),
});

export function createRedeemCode(options: {
  settings: TokenSettings;
  handles: Handles;
  seals: TokenSeals;
  codes: Codes;
  issue: Issue;
}): Redeem {
  const { settings, handles, seals, codes, issue } = options;
  return async (call) => {
    const { client, parameters, now } = call;
    const code = handles.open('authorization_code', parameters.get('code') ?? '');
    const row = code && (await codes.find(code));
    const decision = grantTable.authorization_code.decide({
      client,
      parameters,
      policy: settings.policy,
      now,
      presented: code &&
        row && { ...row, expiresAt: code.expiresAt, content: openBody(seals.code, code.key, row.body) as CodeContent },
    });
    if (decision.kind === 'refuse') {
      if (decision.wrongProof === true && code !== undefined) await codes.countWrongVerifier(code);
      return decision;
    }
    if (decision.kind === 'replay' || code === undefined) return lostRace('code');
    const issued = await issue(call, 'authorization_code', decision);
    const { access, refresh } = issued;
    const won = await codes.redeem({ code, grantId: decision.authorization.grantId, access, refresh, now });
    return won ? issued.response : lostRace('code');
  };
}

export function createRedeemRefreshToken(options: {
  settings: TokenSettings;
  handles: Handles;
  seals: TokenSeals;
  refreshTokens: RefreshTokens;
  cache: TokenCache;
  issue: Issue;
  events: Events;
  random: (bytes: number) => Buffer;
}): Redeem {
  const { settings, handles, seals, refreshTokens, cache, issue, events, random } = options;

  const attempt = async (call: GrantCall, lost: boolean): Promise<tokenV1.IssueTokenResponse | Refusal> => {
    const { client, parameters, now } = call;
    const text = parameters.get('refresh_token') ?? '';
    const opened = handles.open('refresh_token', text);
    const row = opened && (await refreshTokens.find(opened.key));
    const decision = grantTable.refresh_token.decide({
      client,
      parameters,
      policy: settings.policy,
      now,
      presented: opened && row && { ...row, ...(openBody(seals.refresh, opened.key, row.body) as TokenContent) },
    });
    // Used up while we were at it: that is a race, not a theft.
    if (decision.kind === 'refuse') return lost ? { kind: 'refuse', error: decision.error } : decision;
    if (opened === undefined || row === undefined) return lostRace('refresh token');

    if (decision.kind === 'replay') {
      if (row.replay === undefined) return lostRace('refresh token');
      const most = settings.policy.rotationReuseCount;
      if (most > 0 && !(await refreshTokens.countUse(opened.key, most))) return lostRace('refresh token');
      // Whoever rotated it may have died before the caches heard.
      await cache.invalidate([row.access.key]);
      events.record('token_replayed', { client_id: client.clientId, grant_id: row.grantId });
      return openReplay(text, row.replay);
    }
    const issued = await issue(call, 'refresh_token', decision);
    const { access, refresh } = issued;
    if (refresh === undefined) return lostRace('refresh token');
    const rotated = await refreshTokens.rotate({
      key: opened.key,
      grantId: row.grantId,
      former: row.access,
      access,
      refresh,
      replay: sealReplay(text, issued.response, random),
      now,
    });
    if (rotated) return issued.response;
    return lost ? lostRace('refresh token') : attempt(call, true);
  };
  return (call) => attempt(call, false);
}
