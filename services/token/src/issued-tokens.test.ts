// Everything that was issued in an interval, or in a login session, ends on request, and nothing else does (security catalogue
// D27; logout that ends tokens, docs/decisions/0060).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { sessionV1, tokenV1 } from '@cardea/rpc';
import { randomBytes, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDebts } from './cache/debts.js';
import { needed, quietLog } from './database.fixture.js';
import { startPayingSessionDebts } from './logout/session-debts.js';
import type { Cookies, SessionsService } from './logout/session.fixture.js';
import { createSessions } from './logout/session.fixture.js';
import { createFamilies } from './storage/families.js';
import { createIssuedTokens } from './storage/issued-tokens.js';
import type { SessionDebt } from './storage/session-ends.js';
import { createSessionEnds } from './storage/session-ends.js';
import type { TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict } from './tokens.fixture.js';

const secret = 'a-secret-of-clients';
let it: SessionsService;
/** Another process over the same database and Redis. */
let elsewhere: TokenService;
let direct: Redis;
beforeAll(async () => {
  it = await createSessions();
  const { database, clock } = it;
  direct = new Redis(needed('CARDEA_TEST_REDIS_URL'));
  elsewhere = await createTokenService({ database, clock, redisUrl: needed('CARDEA_TEST_REDIS_URL') });
  for (const id of ['app', 'other', 'many', 'alone']) await it.client(id);
});
afterAll(async () => {
  direct.disconnect();
  await elsewhere.close();
  await it.close();
});

/** What a process does that dies after it has ended tokens and before the caches hear of it. */
const deadWhen = (now: (keys: readonly Buffer[]) => boolean) => ({
  async invalidate(keys: readonly Buffer[]) {
    if (now(keys)) throw new Error('killed');
  },
  debts: createDebts(it.database.pool),
});
const killedWhen = (now: (keys: readonly Buffer[]) => boolean) => createIssuedTokens(it.database.pool, deadWhen(now));

const query = (text: string, values: unknown[]) => it.database.pool.query(text, values);
type Tokens = Pick<tokenV1.IssueTokenResponse, 'accessToken' | 'refreshToken'>;
const alive = async ({ accessToken, refreshToken }: Tokens) => {
  const seen = new Set<boolean>();
  for (const service of [it, elsewhere]) {
    seen.add(await service.active(accessToken));
    if (refreshToken !== '') seen.add(await service.active(refreshToken));
  }
  return seen.size === 1 ? [...seen][0] : 'half';
};
/** Settles when the cache knows the access token. */
const remembered = async (tokens: Tokens) => {
  const name = it.handles.open('access_token', tokens.accessToken)!.key.toString('base64url');
  for (const from = Date.now(); Date.now() - from < 25_000; await sleep(50)) {
    expect(await alive(tokens)).toBe(true);
    for (const key of await direct.keys(`cardea:at:*:${name}`)) {
      // Shorter is who is about to fill it.
      if ((await direct.strlen(key)) > 30) return;
    }
  }
  throw new Error('the cache does not fill');
};
const loggedIn = async (subject: string, clientId = 'app', jar: Cookies = new Map()) => {
  const login = await it.logIn(jar, { clientId, subject });
  return { ...login, jar, tokens: await it.redeem(clientId, login.code) };
};

describe('D27: what was issued in an interval', () => {
  const day = (hour: string) => new Date(`2026-03-01T${hour}:00Z`);
  const revoke = (asked: Partial<sessionV1.RevokeIssuedTokensRequest>) =>
    it.admin.revokeIssuedTokens(
      { clientId: '', subject: '', issuedAfter: day('10:00'), issuedBefore: day('11:00'), ...asked },
      call,
    );
  /** Says that everything of a login happened then. */
  const at = async (subject: string, instant: Date, clientId = 'app') => {
    const login = await loggedIn(subject, clientId);
    await query('UPDATE cardea.consent_grant SET created_at = $2 WHERE id = $1', [login.grantId, instant]);
    for (const table of ['access_token', 'refresh_token']) {
      await query(`UPDATE cardea.${table} SET issued_at = $2 WHERE grant_id = $1`, [login.grantId, instant]);
    }
    expect(await alive(login.tokens)).toBe(true);
    return login;
  };

  let subject: string;
  beforeEach(() => {
    subject = `ann ${randomUUID()}`;
  });

  test('to a client, the first instant included, the last one not', async () => {
    const [before, first, within, last] = [
      await at('bob', day('09:59')),
      await at('bob', day('10:00')),
      await at('eve', day('10:59')),
      await at('bob', day('11:00')),
    ];
    const stranger = await at('bob', day('10:30'), 'other');
    expect(await revoke({ clientId: 'app' })).toEqual({ families: 2, tokens: 0 });
    expect(await Promise.all([before, first, within, last, stranger].map((login) => alive(login.tokens)))).toEqual([
      ...[true, false, false, true],
      true,
    ]);
    // Asked again, there is nothing left to do.
    expect(await revoke({ clientId: 'app' })).toEqual({ families: 0, tokens: 0 });
    expect(await verdict(it.redeem('app', first.code))).toBe('invalid_grant');
  });

  test('for a person, at every client or at one', async () => {
    const logins = [await at(subject, day('10:30')), await at(subject, day('10:30'), 'other')];
    const stranger = await at('somebody else', day('10:30'));
    expect(await revoke({ subject, clientId: 'other' })).toEqual({ families: 1, tokens: 0 });
    expect(await Promise.all(logins.map(({ tokens }) => alive(tokens)))).toEqual([true, false]);
    expect(await revoke({ subject })).toEqual({ families: 1, tokens: 0 });
    expect(await Promise.all(logins.map(({ tokens }) => alive(tokens)))).toEqual([false, false]);
    expect(await alive(stranger.tokens)).toBe(true);
  });

  test('takes what came of it later, and whose consent was given before', async () => {
    const { tokens, grantId } = await at(subject, day('08:00'));
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken };
    const second = await it.token(form, it.basic('app', secret));
    await query('UPDATE cardea.refresh_token SET issued_at = $2 WHERE grant_id = $1 AND used_at IS NULL', [
      grantId,
      day('10:30'),
    ]);
    const third = await it.token({ ...form, refresh_token: second.refreshToken }, it.basic('app', secret));
    expect(await revoke({ subject })).toEqual({ families: 1, tokens: 0 });
    expect(await alive(third)).toBe(false);
  });

  test('what a client holds for itself is part of it, unless a person is named; unknown instants count', async () => {
    const own = async () => it.token({ grant_type: 'client_credentials', scope: 'openid' }, it.basic('other', secret));
    const [within, after, unknown] = [await own(), await own(), await own()];
    const dated = async ({ accessToken }: Tokens, instant: Date | null) =>
      query('UPDATE cardea.access_token SET issued_at = $2 WHERE key = $1', [
        it.handles.open('access_token', accessToken)?.key,
        instant,
      ]);
    await dated(within, day('10:30'));
    await dated(after, day('11:30'));
    await dated(unknown, null);
    await revoke({ clientId: 'other', subject: 'nobody' });
    expect(await Promise.all([within, after, unknown].map(alive))).toEqual([true, true, true]);
    expect(await revoke({ clientId: 'other' })).toMatchObject({ tokens: 2 });
    expect(await Promise.all([within, after, unknown].map(alive))).toEqual([false, true, false]);
  });

  test('without an end: all that exists', async () => {
    const login = await loggedIn(subject);
    const open = { issuedAfter: undefined, issuedBefore: undefined };
    expect(await revoke({ subject, ...open })).toEqual({ families: 1, tokens: 0 });
    expect(await alive(login.tokens)).toBe(false);
  });

  test('who asks again after an interruption is answered when no cache knows the tokens any more', async () => {
    const { tokens } = await loggedIn(subject);
    const own = await it.token({ grant_type: 'client_credentials', scope: 'openid' }, it.basic('alone', secret));
    await remembered(tokens);
    await remembered(own);
    const dying = killedWhen((keys) => keys.length > 0);
    const open = { after: undefined, before: undefined };
    await expect(dying.end({ clientId: undefined, subject, ...open })).rejects.toThrow('killed');
    await expect(dying.end({ clientId: 'alone', subject: undefined, ...open })).rejects.toThrow('killed');
    const since = { issuedAfter: undefined, issuedBefore: undefined };
    expect(await revoke({ subject, ...since })).toEqual({ families: 0, tokens: 0 });
    expect(await alive(tokens)).toBe(false);
    expect(await revoke({ clientId: 'alone', ...since })).toMatchObject({ tokens: 0 });
    expect(await alive(own)).toBe(false);
  });

  test('the same for consents that are withdrawn', async () => {
    const { tokens } = await loggedIn(subject);
    await remembered(tokens);
    const dying = createFamilies(
      it.database.pool,
      deadWhen((keys) => keys.length > 0),
    );
    await expect(dying.withdraw({ subject, clientId: undefined })).rejects.toThrow('killed');
    await it.admin.revokeConsents({ which: { $case: 'allOfSubject', value: subject } }, call);
    expect(await alive(tokens)).toBe(false);
  });

  test('thousands fall page by page; who was interrupted goes on', async () => {
    const grants = 1_700;
    await query(
      `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body, created_at)
        SELECT gen_random_uuid(), 'many', 'crowd', gen_random_uuid(), '{}', '{}', false, '', $2
        FROM generate_series(1, $1)`,
      [grants, day('10:30')],
    );
    await query(
      `INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
        SELECT sha256(id::text::bytea), now() + interval '1 hour', id, client_id, '' FROM cardea.consent_grant
        WHERE client_id = 'many'`,
      [],
    );
    let told = 0;
    const dying = killedWhen((keys) => (told += keys.length) >= 1_000);
    const all = { clientId: 'many', subject: undefined, after: day('10:00'), before: day('11:00') };
    await expect(dying.end(all)).rejects.toThrow('killed');
    expect(await revoke({ clientId: 'many' })).toEqual({ families: grants - told, tokens: 0 });
    const { rows } = await query(
      `SELECT (SELECT count(*)::int FROM cardea.access_token WHERE client_id = 'many') AS tokens,
        (SELECT count(*)::int FROM cardea.consent_grant WHERE client_id = 'many' AND fallen_at IS NULL) AS standing`,
      [],
    );
    expect(rows).toEqual([{ tokens: 0, standing: 0 }]);
  });

  test.each<[string, Partial<sessionV1.RevokeIssuedTokensRequest>]>([
    ['nobody named', {}],
    ['an interval that ends before it begins', { clientId: 'app', issuedAfter: day('12:00') }],
    ['an interval of no length', { clientId: 'app', issuedAfter: day('11:00') }],
  ])('refused: %s', async (_name, asked) => {
    expect(await verdict(Promise.resolve().then(() => revoke(asked)))).toBe('invalid_request');
  });

  test('of a client that cannot be, nothing', async () => {
    expect(await verdict(revoke({ clientId: randomBytes(200).toString('hex') }))).toBe('ok');
  });
});

describe('a logout that ends tokens too', () => {
  const debts = async () => (await query('SELECT FROM cardea.session_debt', [])).rowCount;
  const settles = async (condition: () => Promise<boolean>) => {
    for (const from = Date.now(); !(await condition()); await sleep(50)) {
      if (Date.now() - from > 25_000) throw new Error('nobody pays');
    }
  };
  const end = (which: sessionV1.RevokeLoginSessionsRequest['which'], revokeTokens?: boolean) =>
    it.admin.revokeLoginSessions({ which, revokeTokens }, call);

  test('of one session: those of that session, at every client; the consent stays remembered', async () => {
    const jar: Cookies = new Map();
    const here = await loggedIn('ann', 'app', jar);
    const beside = { ...(await it.logIn(jar, { clientId: 'other', subject: 'ann' })) };
    const besideTokens = await it.redeem('other', beside.code);
    const elsewhereToo = await loggedIn('ann');
    const which = { $case: 'sessionId', value: here.sessionId } as const;
    await end(which);
    expect([await alive(here.tokens), await alive(besideTokens)]).toEqual([true, true]);
    // The session is gone by now; its tokens can still be ended.
    await end(which, true);
    expect([await alive(here.tokens), await alive(elsewhereToo.tokens)]).toEqual([false, true]);
    const { rows } = await query('SELECT revoked_at FROM cardea.consent_grant WHERE id = $1', [here.grantId]);
    expect(rows).toEqual([{ revoked_at: null }]);
  });

  test('of a person: all of them', async () => {
    const logins = [await loggedIn('cleo'), await loggedIn('cleo', 'other'), await loggedIn('dora')];
    await end({ $case: 'subject', value: 'cleo' }, true);
    expect(await Promise.all(logins.map(({ tokens }) => alive(tokens)))).toEqual([false, false, true]);
  });

  test.each([[undefined], [['app']]])(
    'what a process owed that died in between, any service pays: %j',
    async (clientIds) => {
      const { sessionId, tokens } = await loggedIn('fay');
      const spared = await loggedIn('fay');
      const ends = createSessionEnds(it.database.pool);
      const end = async (id: string, debts: SessionDebt[]) =>
        ends.end({
          ...{ sessionIds: [id], participations: await ends.participations([id]), deliveries: [], debts },
          ...{ now: it.clock.millis, flowsUntil: it.clock.millis },
        });
      expect(await end(sessionId, [{ sessionId, clientIds }])).toEqual(new Set([sessionId]));
      await end(spared.sessionId, []);
      expect(await alive(tokens)).toBe(true);
      const paying = [it, elsewhere].map(({ rooms: { issuedTokens } }) =>
        startPayingSessionDebts({ ends, issuedTokens, log: quietLog }),
      );
      await settles(async () => (await alive(tokens)) === false && (await debts()) === 0);
      paying.forEach((one) => one.close());
      expect(await alive(spared.tokens)).toBe(true);
    },
  );

  test.each([true, false])('a logout that went well owes nothing: tokens too %j', async (revokeTokens) => {
    const [one, other] = [await loggedIn('gil'), await loggedIn('gil')];
    await end({ $case: 'sessionId', value: one.sessionId }, revokeTokens);
    await end({ $case: 'subject', value: 'gil' }, revokeTokens);
    expect(await alive(other.tokens)).toBe(!revokeTokens);
    await settles(async () => (await debts()) === 0);
  });

  describe.each([true, false])('by client, where the setting is %j', (setting) => {
    let own: SessionsService;
    beforeAll(async () => {
      own = await createSessions({ settings: { logoutRevokesTokens: setting } });
      await own.client('ends', { logoutRevokesTokens: true });
      await own.client('keeps', { logoutRevokesTokens: false });
      await own.client('silent');
    });
    afterAll(() => own.close());
    const clients = ['ends', 'keeps', 'silent'] as const;
    /** Logs in at all three in one session. */
    const everywhere = async () => {
      const jar: Cookies = new Map();
      const subject = randomUUID();
      const tokens: Tokens[] = [];
      let sessionId = '';
      for (const clientId of clients) {
        const login = await own.logIn(jar, { clientId, subject });
        ({ sessionId } = login);
        tokens.push(await own.redeem(clientId, login.code));
      }
      const left = async () => {
        const active = await Promise.all(tokens.map(({ refreshToken }) => own.active(refreshToken)));
        return clients.filter((_, index) => active[index]);
      };
      return { jar, subject, sessionId, left };
    };
    const silent = setting ? [] : ['silent'];

    test('each says of its own tokens, the silent ones go by the setting', async () => {
      const [one, other] = [await everywhere(), await everywhere()];
      await own.logOut(one.jar, await own.confirm((await own.logOut(one.jar)).location));
      expect([await one.left(), await other.left()]).toEqual([['keeps', ...silent], [...clients]]);
      await own.admin.revokeLoginSessions({ which: { $case: 'subject', value: other.subject } }, call);
      expect(await other.left()).toEqual(['keeps', ...silent]);
    });

    test.each([true, false])('whoever accepts the logout may say it of all: %j', async (revokeTokens) => {
      const { jar, left } = await everywhere();
      await own.logOut(jar, await own.confirm((await own.logOut(jar)).location, revokeTokens));
      expect(await left()).toEqual(revokeTokens ? [] : [...clients]);
    });

    test('of a session that was gone already too', async () => {
      const { sessionId, left } = await everywhere();
      await own.database.pool.query('DELETE FROM cardea.login_session WHERE id = $1', [sessionId]);
      await own.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: sessionId } }, call);
      expect(await left()).toEqual(['keeps', ...silent]);
    });
  });

  test.each([true, false])('by the setting (%j), for every logout that does not say otherwise', async (revokes) => {
    const strict = await createSessions({ settings: { logoutRevokesTokens: revokes } });
    try {
      await strict.client('app');
      const jar: Cookies = new Map();
      const { code } = await strict.logIn(jar);
      const tokens = await strict.redeem('app', code);
      const { location } = await strict.logOut(jar);
      await strict.logOut(jar, await strict.confirm(location));
      expect(await strict.active(tokens.accessToken)).toBe(!revokes);
      expect(await strict.active(tokens.refreshToken)).toBe(!revokes);

      const again = await strict.logIn(new Map());
      const kept = await strict.redeem('app', again.code);
      const which = { $case: 'sessionId', value: again.sessionId } as const;
      await strict.admin.revokeLoginSessions({ which, revokeTokens: false }, call);
      expect(await strict.active(kept.accessToken)).toBe(true);
    } finally {
      await strict.close();
    }
  });
});
