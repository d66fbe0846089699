// A flow whose login session was ended while its consent was still open in another tab gives nothing: no logout would reach who
// got a code of it (Back-Channel Logout 1.0 §2.5; docs/decisions/0060).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { interactionV1 } from '@cardea/rpc';
import { randomUUID } from 'node:crypto';
import { prune } from '../jobs/prune.js';
import type { Cookies, SessionsService } from '../logout/session.fixture.js';
import { createSessions } from '../logout/session.fixture.js';
import { call, verdict } from '../tokens.fixture.js';

let it: SessionsService;
beforeAll(async () => {
  it = await createSessions();
  await it.client('app');
  await it.client('back', { backchannelLogoutUri: 'https://back.example/logout' });
});
afterAll(() => it.close());

const requested = {
  ...{ client_id: 'app', redirect_uri: 'https://app.example/cb', response_type: 'code' },
  ...{ scope: 'openid offline', state: 'a-state-of-8' },
};
const requestUrl = (more: Record<string, string>) =>
  `https://as.test/oauth2/auth?${new URLSearchParams({ ...requested, ...more }).toString()}`;

/** Logs in, and leaves the consent open. */
async function consentOpen(jar: Cookies, subject: string, more: Record<string, string> = {}, remember = true) {
  const challenge = (await it.open(jar, requestUrl(more))).get('login_challenge') ?? '';
  const { sessionId } = await it.app.getLoginRequest({ challenge }, call);
  const accepted = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject, remember });
  const back = await it.open(jar, (await it.app.acceptLoginRequest(accepted, call)).redirectTo);
  return { sessionId, consentChallenge: back.get('consent_challenge') ?? '' };
}
const allow = async (challenge: string) =>
  (
    await it.app.acceptConsentRequest(
      interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes: ['openid', 'offline'] }),
      call,
    )
  ).redirectTo;
const grantsOf = async (sessionId: string) =>
  (await it.database.pool.query('SELECT FROM cardea.consent_grant WHERE session_id = $1', [sessionId])).rowCount;
const everyEnd: [string, (jar: Cookies, sessionId: string, subject: string) => Promise<unknown>][] = [
  ['the person logs out', async (jar) => it.logOut(jar, await it.confirm((await it.logOut(jar)).location))],
  [
    'an operator ends the session',
    (_jar, value) => it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value } }, call),
  ],
  [
    'an operator ends all sessions of the person',
    (_jar, _id, value) => it.admin.revokeLoginSessions({ which: { $case: 'subject', value } }, call),
  ],
];

describe.each(everyEnd)('%s while the consent is open', (_name, end) => {
  test.each([
    ['given before', true],
    ['given after', false],
  ])('a consent %s gives no code: the login is asked for anew', async (_when, before) => {
    const [jar, subject] = [new Map() as Cookies, randomUUID()];
    const { sessionId, consentChallenge } = await consentOpen(jar, subject);
    const early = before ? await allow(consentChallenge) : undefined;
    await end(jar, sessionId, subject);
    const back = early ?? (await allow(consentChallenge));
    const answer = await it.open(jar, back);
    expect(Object.fromEntries(answer)).toEqual(requested);
    expect(jar.has('session')).toBe(false);
    expect(await grantsOf(sessionId)).toBe(0);
    // Nor when the browser asks again, or the operator does.
    expect((await it.open(jar, back)).has('code')).toBe(false);
    const again = (await it.open(jar, requestUrl({}))).get('login_challenge') ?? '';
    expect(await it.app.getLoginRequest({ challenge: again }, call)).toMatchObject({ skip: false });
  });

  test('who may not be asked is told that a login is required', async () => {
    const [jar, subject] = [new Map() as Cookies, randomUUID()];
    const first = await it.logIn(jar, { subject, consent: { remember: true } });
    const { consentChallenge } = await consentOpen(jar, subject, { prompt: 'none' });
    const back = await allow(consentChallenge);
    await end(jar, first.sessionId, subject);
    expect((await it.open(jar, back)).get('error')).toBe('login_required');
    expect(await grantsOf(first.sessionId)).toBe(1);
  });
});

describe('what is no end', () => {
  test.each<[string, (jar: Cookies, sessionId: string) => Promise<unknown>]>([
    ['another login of the same browser', (jar) => it.logIn(jar, { subject: 'b', parameters: { prompt: 'login' } })],
    [
      'the session has run out, and was cleaned up',
      async (_jar, id) => {
        await it.database.pool.query(
          "UPDATE cardea.login_session SET expires_at = now() - interval '1 hour' WHERE id = $1",
          [id],
        );
        await prune(it.database.pool, it.clock.millis);
        expect(await it.sessionExists(id)).toBe(false);
      },
    ],
  ])('%s', async (_name, happen) => {
    const jar: Cookies = new Map();
    const { sessionId, consentChallenge } = await consentOpen(jar, 'a');
    await happen(jar, sessionId);
    expect((await it.open(jar, await allow(consentChallenge))).has('code')).toBe(true);
  });

  test('a session that had run out and is ended nevertheless has ended', async () => {
    const jar: Cookies = new Map();
    const { sessionId, consentChallenge } = await consentOpen(jar, 'a', {}, false);
    await it.database.pool.query('DELETE FROM cardea.login_session WHERE id = $1', [sessionId]);
    await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
    expect((await it.open(jar, await allow(consentChallenge))).has('code')).toBe(false);
  });
});

test('D27: of an end and a completion at the same moment, either the client is told and its grant falls, or nothing was', async () => {
  const seen = new Set<string>();
  for (let round = 0; round < 24; round++) {
    const [jar, subject] = [new Map() as Cookies, randomUUID()];
    const { sessionId, consentChallenge } = await consentOpen(jar, subject, { client_id: 'back' });
    const back = await allow(consentChallenge);
    const which = { $case: 'sessionId', value: sessionId } as const;
    const completing = () => it.open(jar, back);
    const ending = () => it.admin.revokeLoginSessions({ which, revokeTokens: true }, call);
    const [answer] = await (round % 2 === 0
      ? Promise.all([completing(), ending()])
      : Promise.all([ending(), completing()]).then(([, answer]) => [answer]));
    const code = answer?.get('code');
    const { rows } = await it.database.pool.query(
      'SELECT FROM cardea.consent_grant WHERE session_id = $1 AND fallen_at IS NULL',
      [sessionId],
    );
    expect(rows).toEqual([]);
    expect(await it.owed(sessionId)).toHaveLength((await grantsOf(sessionId)) ?? 0);
    seen.add(code === null ? 'none' : await verdict(it.redeem('back', code ?? '')));
  }
  for (const outcome of seen) expect(['none', 'invalid_grant']).toContain(outcome);
}, 120_000);

test('J10: what ended is forgotten once no flow of it can come back', async () => {
  const jar: Cookies = new Map();
  const { sessionId } = await it.logIn(jar);
  await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
  const known = async () =>
    (await it.database.pool.query('SELECT FROM cardea.ended_session WHERE session_id = $1', [sessionId])).rowCount;
  await prune(it.database.pool, it.clock.millis + 1_800_000);
  expect(await known()).toBe(1);
  await prune(it.database.pool, it.clock.millis + 3_600_000);
  expect(await known()).toBe(0);
});
