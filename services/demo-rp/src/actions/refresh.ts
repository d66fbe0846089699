// Refreshing, and presenting a refresh token that was traded in already (RFC 6749 §6, RFC 9700 §4.14).
import * as client from 'openid-client';
import { compare, type Comparison } from '../flow/result.js';
import type { Texts } from '../texts.js';
import type { Tokens } from '../sessions.js';
import type { Action, Bench } from './bench.js';

/** Presents a refresh token and keeps what comes back. */
async function refreshWith(bench: Bench, refreshToken: string): Promise<Tokens> {
  const { tokens, session, configuration } = bench;
  const answer = await client.refreshTokenGrant(configuration, refreshToken);
  const receivedAt = Date.now();
  session.tokens = {
    ...tokens,
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? tokens.refreshToken,
    idToken: answer.id_token ?? tokens.idToken,
    scope: answer.scope ?? tokens.scope,
    expiresAt: answer.expires_in === undefined ? undefined : receivedAt + answer.expires_in * 1000,
    receivedAt,
  };
  return session.tokens;
}

const bothTokens = ({ result }: Texts, before: Tokens, after: Tokens): Comparison[] => [
  ...compare(result.refreshTokenLabel, before.refreshToken, after.refreshToken),
  ...compare(result.accessTokenLabel, before.accessToken, after.accessToken),
];

export const refresh: Action = {
  doing: 'refresh',
  telling: ({ result }) => ({ title: result.refresh, words: result.refreshStep }),
  async run(bench) {
    const { result } = bench.texts;
    const before = bench.tokens;
    if (before.refreshToken === undefined) {
      return { title: result.noRefreshToken, words: result.noRefreshTokenWords };
    }
    const after = await refreshWith(bench, before.refreshToken);
    bench.session.previousRefreshToken = before.refreshToken;
    return {
      title: result.refreshed,
      words: result.refreshedWords,
      comparisons: bothTokens(bench.texts, before, after),
    };
  },
};

export const replay: Action = {
  doing: 'replay',
  telling: ({ result }) => ({
    title: result.replay,
    words: result.replayStep,
    variables: { refresh_token: '$OLD_REFRESH_TOKEN' },
  }),
  async run(bench) {
    const { result } = bench.texts;
    const before = bench.tokens;
    if (bench.session.previousRefreshToken === undefined) {
      return { title: result.noOldToken, words: result.noOldTokenWords };
    }
    const after = await refreshWith(bench, bench.session.previousRefreshToken);
    const same = before.refreshToken === after.refreshToken;
    return {
      title: same ? result.sameSuccessor : result.otherSuccessor,
      words: same ? result.sameSuccessorWords : result.otherSuccessorWords,
      comparisons: bothTokens(bench.texts, before, after),
    };
  },
};
