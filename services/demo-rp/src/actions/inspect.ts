// Asking what tokens are worth, and giving them up (OpenID Connect Core §5.3, RFC 7662, RFC 7009).
import * as client from 'openid-client';
import { decodeJwt } from '../flow/jwt.js';
import { problemFor } from '../flow/problem.js';
import { lastAnswer } from '../flow/record.js';
import type { Action } from './bench.js';

export const userinfo: Action = {
  doing: 'userinfo',
  telling: ({ result }) => ({ title: result.userinfo, words: result.userinfoStep }),
  async run({ texts, configuration, tokens }) {
    const subject = decodeJwt(tokens.idToken ?? '')?.claims['sub'];
    const expected = typeof subject === 'string' ? subject : client.skipSubjectCheck;
    const members = await client.fetchUserInfo(configuration, tokens.accessToken, expected);
    return { title: texts.result.userinfo, words: texts.result.userinfoWords, members };
  },
};

export const introspect: Action = {
  doing: 'introspect',
  telling: ({ result }, chosen) => ({
    title: result.introspection(result[chosen.kind]),
    words: result.introspectionStep,
    variables: { token: chosen.variable },
  }),
  async run({ texts, recorder, chosen, adminUrl }) {
    const response = await recorder.fetch(`${adminUrl.replace(/\/+$/, '')}/admin/oauth2/introspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: chosen.token }),
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    const members = lastAnswer(recorder);
    if (!response.ok) {
      const [code, said, errorId] = ['error', 'error_description', 'error_id'].map((name) => members[name]);
      const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
      return problemFor(
        texts,
        text(code) ?? `status ${String(response.status)}`,
        'introspect',
        text(said),
        text(errorId),
      );
    }
    const { result } = texts;
    const token = result[chosen.kind];
    return members['active'] === true
      ? { title: result.active(token), words: result.activeWords, members }
      : { title: result.inactive(token), words: result.inactiveWords, members };
  },
};

export const revoke: Action = {
  doing: 'revoke',
  telling: ({ result }, chosen) => ({
    title: result.revocation(result[chosen.kind]),
    words: result.revocationStep,
    variables: { token: chosen.variable },
  }),
  async run({ texts, configuration, chosen }) {
    const hint = chosen.kind === 'accessToken' ? 'access_token' : 'refresh_token';
    await client.tokenRevocation(configuration, chosen.token, { token_type_hint: hint });
    const { result } = texts;
    return { title: result.revoked(result[chosen.kind]), words: result.revokedWords };
  },
};
