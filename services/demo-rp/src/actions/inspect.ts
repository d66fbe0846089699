// Asking what tokens are worth, and giving them up (OpenID Connect Core §5.3, RFC 7662, RFC 7009).
import * as client from 'openid-client';
import { decodeJwt } from '../flow/jwt.js';
import { problemFor } from '../flow/problem.js';
import { lastAnswer } from '../flow/record.js';
import type { Action } from './bench.js';

export const userinfo: Action = {
  doing: 'userinfo',
  telling: () => ({ title: 'Userinfo', words: 'The access token for the claims that its scopes allow.' }),
  async run({ configuration, tokens }) {
    const subject = decodeJwt(tokens.idToken ?? '')?.claims['sub'];
    const expected = typeof subject === 'string' ? subject : client.skipSubjectCheck;
    const members = await client.fetchUserInfo(configuration, tokens.accessToken, expected);
    return {
      title: 'Userinfo',
      words: 'What the provider tells about you to whoever holds the access token.',
      members,
    };
  },
};

export const introspect: Action = {
  doing: 'introspect',
  telling: (chosen) => ({
    title: `Introspection of the ${chosen.name}`,
    words: 'Asked at the admin API, as a resource server inside the house would: is this token good, and for what?',
    variables: { token: chosen.variable },
  }),
  async run({ recorder, chosen, adminUrl }) {
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
      return problemFor(text(code) ?? `status ${String(response.status)}`, 'introspect', text(said), text(errorId));
    }
    return members['active'] === true
      ? { title: `The ${chosen.name} is active`, words: 'The provider vouches for it right now.', members }
      : {
          title: `The ${chosen.name} is not active`,
          words: 'Revoked, expired or used up: the provider does not say which, and says nothing else.',
          members,
        };
  },
};

export const revoke: Action = {
  doing: 'revoke',
  telling: (chosen) => ({
    title: `Revocation of the ${chosen.name}`,
    words: 'This app says that it needs the token no more.',
    variables: { token: chosen.variable },
  }),
  async run({ configuration, chosen }) {
    await client.tokenRevocation(configuration, chosen.token, { token_type_hint: chosen.name.replace(' ', '_') });
    return {
      title: `The ${chosen.name} is revoked`,
      words:
        'The tokens that hang together with it fall too: introspect both to see. Your login at the provider goes on.',
    };
  },
};
