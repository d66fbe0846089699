// Consents as operators list and revoke them (hydra-wire §2.6): what is shown, what counts, and what dies with a consent.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionV1 } from '@cardea/rpc';
import { randomUUID } from 'node:crypto';
import type { Cookies, SessionsService } from '../logout/session.fixture.js';
import { createSessions } from '../logout/session.fixture.js';
import { call, verdict } from '../tokens.fixture.js';

let it: SessionsService;
beforeAll(async () => {
  it = await createSessions();
  await it.client('app');
  await it.client('other');
});
afterAll(() => it.close());

const browser = (): Cookies => new Map();
const list = (subject: string, more: Partial<sessionV1.ListConsentsRequest> = {}) =>
  it.admin.listConsents(sessionV1.ListConsentsRequest.create({ subject, ...more }), call);
const ids = async (subject: string) => (await list(subject)).consents.map((consent) => consent.consentRequestId);
const revoke = (which: sessionV1.RevokeConsentsRequest['which']) => it.admin.revokeConsents({ which }, call);
const alive = async (tokens: { accessToken: string; refreshToken: string }) => [
  await it.active(tokens.accessToken),
  await it.active(tokens.refreshToken),
];

describe('the list', () => {
  test('says what was asked for, granted and remembered', async () => {
    const login = await it.logIn(browser(), {
      subject: 'padme',
      parameters: { ui_locales: 'de', login_hint: 'p' },
      answer: { acr: '1', amr: ['pwd'], contextJson: Buffer.from('{"c":3}') },
      consent: {
        grantedScopes: ['openid'],
        remember: true,
        rememberForSeconds: 100,
        accessTokenClaimsJson: Buffer.from('{"a":1}'),
        idTokenClaimsJson: Buffer.from('{"b":2}'),
      },
    });
    const { consents, nextPageToken } = await list('padme');
    expect(nextPageToken).toBe('');
    expect(consents).toMatchObject([
      {
        consentRequestId: login.grantId,
        subject: 'padme',
        client: { clientId: 'app' },
        requestedScopes: ['openid', 'offline'],
        grantedScopes: ['openid'],
        remember: true,
        rememberForSeconds: 100,
        loginSessionId: login.sessionId,
        acr: '1',
        amr: ['pwd'],
        oidcContext: { uiLocales: ['de'], loginHint: 'p' },
      },
    ]);
    const [consent] = consents;
    const read = (json: Uint8Array) => JSON.parse(Buffer.from(json).toString()) as unknown;
    expect(read(consent!.accessTokenClaimsJson)).toEqual({ a: 1 });
    expect(read(consent!.idTokenClaimsJson)).toEqual({ b: 2 });
    expect(read(consent!.contextJson)).toEqual({ c: 3 });
    expect(consent!.requestUrl).toMatch(/^https:\/\/as\.test\/oauth2\/auth\?client_id=app&/);
    expect(consent!.loginChallenge).toMatch(/^[0-9a-f]{32}$/);
  });

  test('holds what is not remembered; not what rests on an earlier consent, nor what is remembered no longer', async () => {
    const jar = browser();
    const once = await it.logIn(jar, { clientId: 'other', subject: 'leia' });
    const first = await it.logIn(jar, { subject: 'leia', consent: { remember: true, rememberForSeconds: 60 } });
    await it.logIn(jar, { subject: 'leia' });
    expect(new Set(await ids('leia'))).toEqual(new Set([once.grantId, first.grantId]));
    it.clock.millis += 61_000;
    expect(await ids('leia')).toEqual([once.grantId]);
  });

  test('comes in pages that hold each consent once, and by session', async () => {
    const given: string[] = [];
    for (let count = 0; count < 5; count++) given.push((await it.logIn(browser(), { subject: 'rey' })).grantId);
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await list('rey', { pageSize: 2, pageToken });
      expect(page.consents.length).toBeLessThanOrEqual(2);
      seen.push(...page.consents.map((consent) => consent.consentRequestId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(given));
    const { firstPageToken } = await list('rey', { pageSize: 2 });
    const first = await list('rey', { pageSize: 2, pageToken: firstPageToken });
    expect(first.consents.map((consent) => consent.consentRequestId)).toEqual(seen.slice(0, 2));
    const { sessionId, grantId } = await it.logIn(browser(), { subject: 'rey' });
    const ofSession = await list('rey', { loginSessionId: sessionId });
    expect(ofSession.consents.map((consent) => consent.consentRequestId)).toEqual([grantId]);
    expect((await list('rey', { loginSessionId: randomUUID() })).consents).toEqual([]);
    expect((await list('rey', { loginSessionId: "x' OR true --" })).consents).toEqual([]);
    expect(await verdict(list('rey', { pageToken: 'made-up' }))).toBe('invalid_request');
  });

  test('knows nothing of strangers', async () => {
    expect(await list('nobody')).toMatchObject({ consents: [], nextPageToken: '' });
    expect(await list('no\0body')).toMatchObject({ consents: [], nextPageToken: '' });
  });
});

describe('revoking', () => {
  test.each<[string, (grantId: string) => sessionV1.RevokeConsentsRequest['which']]>([
    ['by its id', (value) => ({ $case: 'consentRequestId', value })],
    ['by subject and client', () => ({ $case: 'subjectAndClient', value: { subject: 'han', clientId: 'app' } })],
    ['all of a subject', () => ({ $case: 'allOfSubject', value: 'han' })],
  ])('%s kills the tokens, in every cache, and asks again', async (name, which) => {
    const jar = browser();
    const login = await it.logIn(jar, { subject: 'han', consent: { remember: true } });
    const tokens = await it.redeem('app', login.code);
    const elsewhere = await it.logIn(browser(), { clientId: 'other', subject: 'han' });
    const others = await it.redeem('other', elsewhere.code);
    const somebody = await it.logIn(browser(), { subject: 'finn' });
    const theirs = await it.redeem('app', somebody.code);
    // Into the cache, from where it must go too.
    for (const held of [tokens, others, theirs]) expect(await alive(held)).toEqual([true, true]);

    expect(await revoke(which(login.grantId))).toEqual({});

    expect(await alive(tokens)).toEqual([false, false]);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken };
    expect(await verdict(it.token(form, it.basic('app', 'a-secret-of-clients')))).toBe('invalid_grant');
    const spared = name !== 'all of a subject';
    expect(await alive(others)).toEqual([spared, spared]);
    expect(await alive(theirs)).toEqual([true, true]);
    expect((await ids('han')).includes(elsewhere.grantId)).toBe(spared);
    expect(await ids('han')).not.toContain(login.grantId);
    const again = await it.logIn(jar, { subject: 'han' });
    expect(await ids('han')).toContain(again.grantId);
    await revoke({ $case: 'allOfSubject', value: 'han' });
  });

  test('a code of a revoked consent buys nothing', async () => {
    const { code, grantId } = await it.logIn(browser(), { subject: 'poe' });
    await revoke({ $case: 'consentRequestId', value: grantId });
    expect(await verdict(it.redeem('app', code))).toBe('invalid_grant');
  });

  test('what is not there is revoked already', async () => {
    expect(await revoke({ $case: 'consentRequestId', value: 'nothing' })).toEqual({});
    expect(await revoke({ $case: 'consentRequestId', value: randomUUID() })).toEqual({});
    expect(await revoke({ $case: 'allOfSubject', value: 'nobody' })).toEqual({});
    expect(await revoke({ $case: 'subjectAndClient', value: { subject: 'a', clientId: 'b\0' } })).toEqual({});
    expect(await verdict(revoke(undefined))).toBe('invalid_request');
  });

  test('a thousand consents fall, in batches', async () => {
    await it.database.pool.query(
      `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
        SELECT gen_random_uuid(), 'app', 'crowd', gen_random_uuid(), '{}', '{}', true, '' FROM generate_series(1, 1200)`,
    );
    await revoke({ $case: 'allOfSubject', value: 'crowd' });
    const left = await it.database.pool.query(
      "SELECT 1 FROM cardea.consent_grant WHERE subject = 'crowd' AND (revoked_at IS NULL OR fallen_at IS NULL)",
    );
    expect(left.rowCount).toBe(0);
  });
});
