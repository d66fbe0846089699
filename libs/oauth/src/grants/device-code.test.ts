// What a poll is told, as a table (RFC 8628 §3.5).
import { describe, expect, test } from '@jest/globals';
import type { Authorization } from '../authorization.js';
import type { PresentedDeviceCode } from './device-code.js';
import { decideDeviceCode, deviceGrantType } from './device-code.js';
import type { GrantClient, GrantPolicy } from './grant.js';

const now = 1_800_000_000_000;
const client: GrantClient = {
  clientId: 'tv',
  grantTypes: [deviceGrantType, 'refresh_token'],
  scope: 'openid offline a',
  audience: [],
  tokenEndpointAuthMethod: 'none',
};
const authorization: Authorization = {
  grantId: 'g',
  clientId: 'tv',
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
const pending: PresentedDeviceCode = {
  clientId: 'tv',
  expiresAt: now / 1000 + 1,
  state: 'pending',
  tooFast: false,
  standing: false,
  authorization: undefined,
};
const approved: PresentedDeviceCode = { ...pending, state: 'approved', standing: true, authorization };

const decide = (presented: PresentedDeviceCode | undefined, who = client) =>
  decideDeviceCode({ client: who, parameters: new Map(), presented, policy: {} as GrantPolicy, now });

describe('a poll', () => {
  test.each<[string, PresentedDeviceCode | undefined, string, number]>([
    ['unknown or redeemed', undefined, 'invalid_grant', 400],
    ['pending', pending, 'authorization_pending', 400],
    ['pending, too fast', { ...pending, tooFast: true }, 'slow_down', 400],
    ['pending, of another client', { ...pending, clientId: 'x' }, 'invalid_grant', 400],
    ['approved, of another client', { ...approved, clientId: 'x' }, 'invalid_grant', 400],
    ['pending, expired', { ...pending, expiresAt: now / 1000 }, 'expired_token', 400],
    ['pending, expired, too fast', { ...pending, expiresAt: now / 1000, tooFast: true }, 'expired_token', 400],
    ['approved, expired', { ...approved, expiresAt: now / 1000 }, 'expired_token', 400],
    ['denied', { ...pending, state: 'denied' }, 'access_denied', 400],
    ['denied, expired since', { ...pending, state: 'denied', expiresAt: 1 }, 'access_denied', 400],
    ['approved, the consent withdrawn', { ...approved, standing: false }, 'invalid_grant', 400],
  ])('%s', (_name, presented, code, status) => {
    const decision = decide(presented);
    expect(decision.kind === 'refuse' && [decision.error.code, decision.error.status]).toEqual([code, status]);
  });

  test.each<[string[], GrantClient, boolean, boolean]>([
    [['openid', 'offline'], client, true, true],
    [['a'], client, false, false],
    [['offline'], { ...client, grantTypes: [deviceGrantType] }, false, false],
  ])('approved with %j: refresh token and ID token as granted', (scopes, who, refresh, idToken) => {
    const decision = decide({ ...approved, authorization: { ...authorization, scopes } }, who);
    expect(decision.kind === 'issue' && [decision.refresh !== undefined, decision.idToken]).toEqual([refresh, idToken]);
  });

  test('approved, even when it came fast', () => {
    expect(decide({ ...approved, tooFast: true }).kind).toBe('issue');
  });
});
