// What each grant decides, as tables: input on the left, verdict on the right.
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Authorization } from '../authorization.js';
import type { PresentedCode } from './authorization-code.js';
import { decideAuthorizationCode } from './authorization-code.js';
import { decideJwtBearer } from './jwt-bearer.js';
import type { PresentedAssertion } from './jwt-bearer.js';
import { decideClientCredentials } from './client-credentials.js';
import type { Decision, GrantClient, GrantPolicy } from './grant.js';
import { grantAllowed } from './grant.js';
import { grantTypes, isGrantType } from './index.js';
import type { PresentedRefreshToken } from './refresh-token.js';
import { decideRefreshToken } from './refresh-token.js';

const now = 1_800_000_000_000;
const verifier = 'v'.repeat(43);
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
const client: GrantClient = {
  clientId: 'app',
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope: 'openid offline a b.*',
  audience: ['https://api.example'],
  tokenEndpointAuthMethod: 'client_secret_basic',
};
const publicClient = { ...client, tokenEndpointAuthMethod: 'none' };
const policy: GrantPolicy = {
  scopeStrategy: 'wildcard',
  pkceRequired: false,
  pkceRequiredForPublicClients: true,
  rotationGraceMillis: 10_000,
  rotationReuseCount: 0,
  defaultScopes: false,
  hydraCompat: false,
};
const authorization: Authorization = {
  grantId: 'g',
  clientId: 'app',
  subject: 's',
  clientSubject: 's',
  scopes: ['openid', 'offline', 'a'],
  audience: [],
  sessionId: '',
  authenticatedAt: 1,
  requestedAt: 1,
  acr: '',
  amr: [],
  nonce: '',
  proof: { kind: 'none' },
  accessTokenClaims: {},
  idTokenClaims: {},
};

/** `issue`, `replay`, or the error; what falls and what is reported behind it. */
function told(decision: Decision): string {
  if (decision.kind !== 'refuse') return decision.kind;
  const { error, fall, event, wrongProof } = decision;
  return [error.code, fall && `falls ${fall}`, event, wrongProof && 'counts'].filter(Boolean).join(', ');
}

describe('authorization_code', () => {
  const code: PresentedCode = {
    clientId: 'app',
    expiresAt: now / 1000 + 1,
    used: false,
    wrongVerifiers: 0,
    standing: true,
    content: { authorization, redirectUri: 'https://app/cb', codeChallenge },
  };
  const right = { redirect_uri: 'https://app/cb', code_verifier: verifier };
  const decide = (presented: PresentedCode | undefined, parameters: object, who = client, rules = policy) =>
    decideAuthorizationCode({
      client: who,
      parameters: new Map(Object.entries(parameters)),
      presented,
      policy: rules,
      now,
    });
  const without = { ...code, content: { ...code.content, codeChallenge: '' } };

  test.each<[string, PresentedCode | undefined, object, string]>([
    ['right', code, right, 'issue'],
    ['unknown', undefined, right, 'invalid_grant'],
    ["another client's", { ...code, clientId: 'x' }, right, 'invalid_grant'],
    ["another client's, used", { ...code, clientId: 'x', used: true }, right, 'invalid_grant'],
    ['used', { ...code, used: true }, right, 'invalid_grant, falls g, code_reuse_detected'],
    ['used and expired', { ...code, used: true, expiresAt: 1 }, right, 'invalid_grant, falls g, code_reuse_detected'],
    ['of a fallen family', { ...code, standing: false }, right, 'invalid_grant'],
    ['expired', { ...code, expiresAt: now / 1000 }, right, 'invalid_grant'],
    ['another redirect_uri', code, { ...right, redirect_uri: 'https://app/cb/' }, 'invalid_grant'],
    ['no redirect_uri', code, { code_verifier: verifier }, 'invalid_grant'],
    ['redirect_uri nobody asked for', { ...code, content: { ...code.content, redirectUri: '' } }, right, 'issue'],
    ['another verifier', code, { ...right, code_verifier: 'x'.repeat(43) }, 'invalid_grant, counts'],
    ['the right verifier after four wrong ones', { ...code, wrongVerifiers: 4 }, right, 'issue'],
    ['the right verifier after five', { ...code, wrongVerifiers: 5 }, right, 'invalid_grant, code_given_up'],
    ['no verifier', code, { redirect_uri: 'https://app/cb' }, 'invalid_grant'],
    ['a verifier without challenge', without, right, 'invalid_grant'],
    ['neither', without, { redirect_uri: 'https://app/cb' }, 'issue'],
  ])('%s', (_name, presented, parameters, expected) => {
    expect(told(decide(presented, parameters))).toBe(expected);
  });
  test('wants a challenge where policy does', () => {
    const bare = { redirect_uri: 'https://app/cb' };
    expect(told(decide(without, bare, publicClient))).toBe('invalid_grant');
    expect(told(decide(without, bare, client, { ...policy, pkceRequired: true }))).toBe('invalid_grant');
  });
  test.each<[string[], GrantClient, boolean, boolean]>([
    [['openid', 'offline'], client, true, true],
    [['offline_access'], client, true, false],
    [['openid'], client, false, true],
    [['offline'], { ...client, grantTypes: [] }, false, false],
  ])('scopes %j: refresh token and ID token as granted', (scopes, who, refresh, idToken) => {
    const content = { ...code.content, authorization: { ...authorization, scopes } };
    const decision = decide({ ...code, content }, right, who);
    if (decision.kind !== 'issue') throw new Error(told(decision));
    expect([decision.refresh !== undefined, decision.idToken]).toEqual([refresh, idToken]);
  });
});

describe('refresh_token', () => {
  const token: PresentedRefreshToken = {
    clientId: 'app',
    expiresAt: now + 1,
    usedAt: undefined,
    uses: 0,
    standing: true,
    authorization,
  };
  const decide = (presented: PresentedRefreshToken | undefined, scope = '', who = client, rules = policy) =>
    decideRefreshToken({
      client: who,
      parameters: new Map(scope === '' ? [] : [['scope', scope]]),
      presented,
      policy: rules,
      now,
    });
  const reuse = 'invalid_grant, falls g, refresh_reuse_detected';

  test.each<[string, PresentedRefreshToken | undefined, string]>([
    ['unused', token, 'issue'],
    ['unknown', undefined, 'invalid_grant'],
    ["another client's", { ...token, clientId: 'x' }, 'invalid_grant'],
    ["another client's, used long ago", { ...token, clientId: 'x', usedAt: 1 }, 'invalid_grant'],
    ['revoked', { ...token, standing: false }, 'invalid_grant'],
    ['revoked and used', { ...token, standing: false, usedAt: 1 }, 'invalid_grant'],
    ['used just now', { ...token, usedAt: now }, 'replay'],
    ['used a moment ago by a clock ahead of ours', { ...token, usedAt: now + 500 }, 'replay'],
    ['used 9.999 s ago', { ...token, usedAt: now - 9_999 }, 'replay'],
    ['used 10 s ago', { ...token, usedAt: now - 10_000 }, reuse],
    ['used 9.999 s ago and expired since', { ...token, usedAt: now - 9_999, expiresAt: now }, 'replay'],
    ['expired', { ...token, expiresAt: now }, 'invalid_grant'],
    ['never expiring', { ...token, expiresAt: Infinity }, 'issue'],
  ])('%s', (_name, presented, expected) => {
    expect(told(decide(presented))).toBe(expected);
  });
  test.each([
    [0, 99, 'replay'],
    [3, 2, 'replay'],
    [3, 3, 'invalid_grant'],
    [1, 1, 'invalid_grant'],
  ])('with a reuse count of %i, used %i times: %s', (rotationReuseCount, uses, expected) => {
    expect(told(decide({ ...token, usedAt: now, uses }, '', client, { ...policy, rotationReuseCount }))).toBe(expected);
  });
  test('without a window every second use is theft', () => {
    expect(told(decide({ ...token, usedAt: now }, '', client, { ...policy, rotationGraceMillis: 0 }))).toBe(reuse);
  });
  test.each<[string, string]>([
    ['a', 'a'],
    ['', 'openid offline a'],
    ['a openid', 'a openid'],
    ['a b', 'invalid_scope'],
    ['b.x', 'invalid_scope'],
  ])('scope %j gives %s', (scope, expected) => {
    const decision = decide(token, scope);
    expect(decision.kind === 'issue' ? decision.authorization.scopes.join(' ') : told(decision)).toBe(expected);
    if (decision.kind === 'issue') expect(decision.refresh).toEqual(authorization);
  });
  test('a client that lost scope, audience or offline access gets nothing', () => {
    expect(told(decide(token, '', { ...client, scope: 'openid offline' }))).toBe('invalid_scope');
    const audience = { ...token, authorization: { ...authorization, audience: ['https://x.example'] } };
    expect(told(decide(audience))).toBe('invalid_request');
    const online = { ...token, authorization: { ...authorization, scopes: ['a'] } };
    expect(told(decide(online))).toBe('invalid_grant');
  });
});

describe('client_credentials', () => {
  const decide = (parameters: object, who = client, rules = policy) =>
    decideClientCredentials({
      client: who,
      parameters: new Map(Object.entries(parameters)),
      presented: undefined,
      policy: rules,
      now,
    });
  test.each<[object, GrantClient, string]>([
    [{}, client, 'issue'],
    [{ scope: 'a b.c' }, client, 'issue'],
    [{ scope: 'c' }, client, 'invalid_scope'],
    [{ audience: 'https://api.example/v1' }, client, 'issue'],
    [{ audience: 'https://api.example https://x.example' }, client, 'invalid_request'],
    [{}, publicClient, 'unauthorized_client'],
  ])('%j', (parameters, who, expected) => {
    expect(told(decide(parameters, who))).toBe(expected);
  });
  test('asked for no scope it grants none, or all where the operator wants that', () => {
    const scopes = (form: object, defaultScopes: boolean) => {
      const decision = decide(form, client, { ...policy, defaultScopes });
      return decision.kind === 'issue' ? decision.authorization.scopes : [];
    };
    expect([scopes({}, false), scopes({}, true), scopes({ scope: 'a' }, true)]).toEqual([
      [],
      ['openid', 'offline', 'a', 'b.*'],
      ['a'],
    ]);
    expect(told(decide({}, publicClient, { ...policy, hydraCompat: true }))).toBe('invalid_grant');
  });
  test('speaks for the client alone', () => {
    const decision = decide({ scope: 'a' });
    expect(decision).toMatchObject({ kind: 'issue', refresh: undefined, idToken: false });
    expect(decision).toMatchObject({ authorization: { subject: 'app', grantId: '', scopes: ['a'] } });
  });
});

describe('jwt-bearer', () => {
  const presented: PresentedAssertion = {
    assertion: { issuer: 'https://i', subject: 'robot', audience: ['https://as'], tokenId: 'j', expiresAt: 9e9 },
    scopes: ['a', 'c'],
    audienceKept: false,
  };
  const decide = (form: object, rules: Partial<GrantPolicy> = {}, shown: PresentedAssertion | undefined = presented) =>
    decideJwtBearer({
      client,
      parameters: new Map(Object.entries(form)),
      presented: shown,
      policy: { ...policy, ...rules },
      now,
    });
  const granted = (decision: Decision) =>
    decision.kind === 'issue' ? [decision.authorization.scopes, decision.authorization.audience] : told(decision);
  const api = 'https://api.example';
  const other = 'https://other.example';
  test.each<[string, object, Partial<GrantPolicy>, unknown]>([
    ['a scope of both', { scope: 'a' }, {}, [['a'], []]],
    ['a scope of the client alone', { scope: 'b.x' }, {}, 'invalid_scope'],
    ['a scope of the trust alone', { scope: 'c' }, {}, 'invalid_scope'],
    ['no scope', {}, {}, [[], []]],
    ['no scope where all are granted: never beyond the trust', {}, { defaultScopes: true }, [['a'], []]],
    ['an audience of the client', { audience: api }, {}, [[], [api]]],
    ['an audience of another', { audience: other }, {}, 'invalid_request'],
    ['an audience of another, as Hydra drops it', { audience: `${api} ${other}` }, { hydraCompat: true }, [[], [api]]],
  ])('%s', (_name, form, rules, expected) => {
    expect(granted(decide(form, rules))).toEqual(expected);
  });
  test('the audience of the assertion is kept out of the token, unless the operator wants it there', () => {
    expect(granted(decide({}, {}, { ...presented, audienceKept: true }))).toEqual([[], ['https://as']]);
  });
  test('what nobody trusts is no grant; what is trusted speaks for its subject, once', () => {
    const untrusted = { client, parameters: new Map(), presented: undefined, policy, now };
    expect(told(decideJwtBearer(untrusted))).toBe('invalid_grant');
    expect(decide({ scope: 'offline a' }, {}, { ...presented, scopes: ['offline', 'a'] })).toMatchObject({
      kind: 'issue',
      refresh: undefined,
      idToken: false,
      authorization: { subject: 'robot', clientId: 'app', grantId: '' },
    });
  });
});

test('the table of grants is the whole truth', () => {
  expect(grantTypes.filter((type) => isGrantType(type))).toEqual(grantTypes);
  expect(['password', 'implicit', 'toString', '__proto__'].some(isGrantType)).toBe(false);
  expect(grantAllowed({ ...client, grantTypes: [] }, 'authorization_code')).toBe(true);
  expect(grantAllowed({ ...client, grantTypes: [] }, 'client_credentials')).toBe(false);
});
