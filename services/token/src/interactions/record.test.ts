// Logins and consents on the audit record: written with the decision or not at all, with nobody's name in it, and only where the
// operator wants it (docs/decisions/0091; security catalogue J12).
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { interactionV1 } from '@cardea/rpc';
import type { Cookies, SessionsService } from '../logout/session.fixture.js';
import { createSessions } from '../logout/session.fixture.js';
import { call } from '../tokens.fixture.js';

let it: SessionsService;
beforeAll(async () => {
  it = await createSessions({ settings: { auditsDecisions: true } });
  await it.client('app');
});
afterAll(() => it.close());

interface Noted {
  readonly actor: string;
  readonly authentication: string;
  readonly action: string;
  readonly target: string;
}
let seen = '0';
beforeEach(async () => {
  const { rows } = await it.database.pool.query<{ last: string }>(
    'SELECT coalesce(max(id), 0)::text AS last FROM cardea.audit_event',
  );
  seen = rows[0]!.last;
});
const noted = async (of: SessionsService = it): Promise<Noted[]> => {
  const { rows } = await of.database.pool.query<Noted>(
    'SELECT actor, authentication, action, target FROM cardea.audit_event WHERE id > $1 ORDER BY id',
    [of === it ? seen : '0'],
  );
  return rows;
};
const said = ({ target }: Noted) => Object.fromEntries(new URLSearchParams(target));
const begin = async (jar: Cookies = new Map()) => {
  const query = new URLSearchParams({
    ...{ client_id: 'app', redirect_uri: 'https://app.example/cb', response_type: 'code', scope: 'openid offline' },
    state: 'a-state-of-8',
  });
  const url = `https://as.test/oauth2/auth?${query.toString()}`;
  return (await it.open(jar, url)).get('login_challenge') ?? '';
};

test('an accepted login and consent: client, flow, scopes, and one hash for one person', async () => {
  await it.logIn(new Map(), { subject: 'ann@example.com' });
  await it.logIn(new Map(), { subject: 'ann@example.com' });
  await it.logIn(new Map(), { subject: 'bob@example.com' });
  const events = await noted();
  expect(events.map(({ action }) => action)).toEqual([
    ...['accept login', 'accept consent', 'accept login', 'accept consent', 'accept login', 'accept consent'],
  ]);
  const [login, consent] = events;
  expect(said(login!)).toEqual({ client_id: 'app', flow: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(said(consent!)).toEqual({ ...said(login!), scope: 'openid offline' });
  expect(new Set(events.map(({ authentication }) => authentication))).toEqual(new Set(['interaction']));
  const actors = events.map(({ actor }) => actor);
  expect(new Set(actors.slice(0, 4)).size).toBe(1);
  expect(new Set(actors).size).toBe(2);
  expect(actors[0]).toMatch(/^subject:[A-Za-z0-9_-]{22}$/);
  expect(JSON.stringify(events)).not.toMatch(/ann|bob|example\.com/);
});

test('a refused login has nobody, a refused consent has its person, both have their error', async () => {
  const rejection = interactionV1.Rejection.create({ error: 'access_denied' });
  await it.app.rejectLoginRequest({ challenge: await begin(), rejection }, call);
  const jar: Cookies = new Map();
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge: await begin(jar), subject: 'cleo' });
  const back = await it.open(jar, (await it.app.acceptLoginRequest(answer, call)).redirectTo);
  await it.app.rejectConsentRequest({ challenge: back.get('consent_challenge') ?? '', rejection }, call);
  const events = await noted();
  expect(events.map((event) => [event.action, event.actor === '', said(event)['error']])).toEqual([
    ['reject login', true, 'access_denied'],
    ['accept login', false, undefined],
    ['reject consent', false, 'access_denied'],
  ]);
});

test('every answer that counts is there once, in one batch or in many, and none that came too late', async () => {
  const jar: Cookies = new Map();
  const challenge = await begin(jar);
  const accept = (subject: string) =>
    it.app.acceptLoginRequest(interactionV1.AcceptLoginRequestRequest.create({ challenge, subject }), call);
  await accept('dora');
  const { redirectTo } = await accept('dora');
  await it.open(jar, redirectTo);
  await expect(accept('eve')).rejects.toMatchObject({ code: 'request_handled' });
  expect((await noted()).map(({ action }) => action)).toEqual(['accept login', 'accept login']);

  const people = Array.from({ length: 40 }, (_, index) => `person-${String(index)}`);
  await Promise.all(people.map((subject) => it.logIn(new Map(), { subject })));
  const events = (await noted()).slice(2);
  expect(events).toHaveLength(80);
  expect(new Set(events.map(({ actor }) => actor)).size).toBe(40);
});

test('a decision that cannot be recorded is not made', async () => {
  const { pool } = it.database;
  await pool.query(`CREATE FUNCTION cardea.refuse_note() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'refused for a test'; END $$`);
  await pool.query(`CREATE TRIGGER refuse_note BEFORE INSERT ON cardea.audit_event FOR EACH ROW
    EXECUTE FUNCTION cardea.refuse_note()`);
  const challenge = await begin();
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'fay' });
  try {
    await expect(it.app.acceptLoginRequest(answer, call)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    const { rowCount } = await pool.query(`SELECT 1 FROM cardea.flow WHERE state = 'login_accepted'`);
    expect(rowCount).toBe(0);
  } finally {
    await pool.query('DROP TRIGGER refuse_note ON cardea.audit_event');
  }
  await it.app.acceptLoginRequest(answer, call);
});

test('by default nothing of it is recorded', async () => {
  const plain = await createSessions();
  try {
    await plain.client('app');
    await plain.logIn(new Map());
    expect(await noted(plain)).toEqual([]);
  } finally {
    await plain.close();
  }
});
