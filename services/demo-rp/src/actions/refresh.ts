// Refreshing, and presenting a refresh token that was traded in already (RFC 6749 §6, RFC 9700 §4.14).
import * as client from 'openid-client';
import { compare, type Comparison } from '../flow/result.js';
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

const bothTokens = (before: Tokens, after: Tokens): Comparison[] => [
  ...compare('Refresh token', before.refreshToken, after.refreshToken),
  ...compare('Access token', before.accessToken, after.accessToken),
];

export const refresh: Action = {
  doing: 'refresh',
  telling: () => ({ title: 'Refresh', words: 'The refresh token for new tokens; it is used up by that.' }),
  async run(bench) {
    const before = bench.tokens;
    if (before.refreshToken === undefined) {
      return {
        title: 'There is no refresh token',
        words: 'It comes with the scope offline_access. Log in again and grant “stay connected”.',
      };
    }
    const after = await refreshWith(bench, before.refreshToken);
    bench.session.previousRefreshToken = before.refreshToken;
    return {
      title: 'Refreshed',
      words:
        'The refresh token was rotated: the old one has been traded in, a new one takes its place. Compare their fingerprints.',
      comparisons: bothTokens(before, after),
    };
  },
};

export const replay: Action = {
  doing: 'replay',
  telling: () => ({
    title: 'The old refresh token again',
    words: 'A refresh token that was traded in already, as after an answer that got lost on its way.',
    variables: { refresh_token: '$OLD_REFRESH_TOKEN' },
  }),
  async run(bench) {
    const before = bench.tokens;
    if (bench.session.previousRefreshToken === undefined) {
      return {
        title: 'There is no old refresh token yet',
        words: 'Refresh first: what is traded in becomes the old one.',
      };
    }
    const after = await refreshWith(bench, bench.session.previousRefreshToken);
    const same = before.refreshToken === after.refreshToken;
    return {
      title: same ? 'The same successor came back' : 'Another successor came back',
      words: same
        ? 'Within a short window the provider takes a repeated refresh by the same client for a lost answer and repeats it: no second family of tokens, and nobody is logged out by a bad network. Later it calls the same thing theft; wait and try.'
        : 'The provider took the repeated refresh for a lost answer, but did not repeat the one it gave.',
      comparisons: bothTokens(before, after),
    };
  },
};
