// The flow's steps through their batches, in two processes' worth of them on one database: one winner each, nobody's row in
// another's place (ARCHITECTURE §2 law 8; security catalogue S04).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { CodeRow, FlowProof, FlowRef, Flows, SessionChange } from '../storage/flows.js';
import { createFlows } from '../storage/flows.js';
import type { GrantRow } from '../storage/grants.js';
import { createGrants } from '../storage/grants.js';
import type { Sessions } from '../storage/sessions.js';
import { createSessions } from '../storage/sessions.js';

let database: TestDatabase;
let processes: readonly [Flows, Flows];
let sessions: Sessions;
const now = Date.now();
const expiresAt = Math.floor(now / 1000) + 600;
const at = (index: number): Flows => processes[index % 2]!;

beforeAll(async () => {
  database = await createTestDatabase();
  processes = [createFlows(database.pool), createFlows(database.pool)];
  sessions = createSessions(database.pool);
});
afterAll(() => database.drop());

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const answer = () => ({ verifierKey: randomBytes(32), body: randomBytes(40) });
const newRef = (more = 0): FlowRef => ({ id: randomBytes(16), expiresAt: expiresAt + more });
const begin = (subject: string): SessionChange & { kind: 'begin' } => ({
  kind: 'begin',
  row: {
    ...{ id: randomUUID(), subject, authenticatedAt: Math.floor(now / 1000), remember: true, expiresAt },
    ...{ acr: '1', amr: ['pwd', 'a "quoted\\ one"'], identityProviderSessionId: 'idp' },
  },
});
const grantOf = (subject: string, more: Partial<GrantRow> = {}): GrantRow => ({
  ...{ id: randomUUID(), subject, sessionId: randomUUID(), scopes: ['openid', 'photos'] },
  ...{ audience: ['https://api.example/"x"\\y'], remember: false, rememberUntil: Infinity, skipped: false },
  body: randomBytes(20),
  ...more,
});
const newCode = (): CodeRow => ({ key: randomBytes(32), expiresAt, body: randomBytes(20) });

interface Started {
  readonly ref: FlowRef;
  readonly proof: FlowProof;
}

/** A flow whose login was accepted. */
async function accepted(index = 0, ref = newRef()): Promise<Started> {
  const [browser, said] = [randomBytes(32), answer()];
  const stored = await at(index).answerLogin('accept_login', ref, { ...said, clientId: 'app', browser });
  expect(stored).toBe(true);
  return { ref, proof: { verifierKey: said.verifierKey, browser, now } };
}

/** A flow whose consent was accepted. */
async function consented(index = 0): Promise<Started> {
  const { ref, proof } = await accepted(index);
  const browser = randomBytes(32);
  const next = { browser, body: randomBytes(40) };
  expect(await at(index).useLogin(ref, proof, next, undefined, undefined)).toBe(true);
  const said = answer();
  expect(await at(index).answerConsent('accept_consent', ref, said, 'any')).toBe(true);
  return { ref, proof: { verifierKey: said.verifierKey, browser, now } };
}

const rows = async (text: string, values: unknown[]) =>
  (await database.pool.query<Record<string, unknown>>(text, values)).rows;
const winners = (verdicts: readonly boolean[]) => verdicts.flatMap((won, index) => (won ? [index] : []));

test('a login that is used without another body keeps that of its answer, in the row and in memory', async () => {
  const { ref, proof } = await accepted();
  const [before] = await rows('SELECT body FROM cardea.flow WHERE id = $1', [ref.id]);
  const browser = randomBytes(32);
  expect(await at(0).useLogin(ref, proof, { browser, body: undefined }, undefined, undefined)).toBe(true);
  const row = await at(1).find(ref);
  expect(row).toEqual({ state: row?.state, clientId: 'app', verifierKey: null, browser, body: before?.['body'] });
  expect(at(0).recall(ref, null)).toEqual(row);
});

test('a login verifier used 12 times at once, 100 rounds: one winner, and what is stored is the winner’s', async () => {
  for (let round = 0; round < 100; round++) {
    const { ref, proof } = await accepted(round);
    const tries = range(12).map((index) => ({
      next: { browser: randomBytes(32), body: randomBytes(40) },
      session: begin(`person ${String(index)}`),
    }));
    const verdicts = await Promise.all(
      tries.map(({ next, session }, index) => at(index).useLogin(ref, proof, next, session, undefined)),
    );
    const won = winners(verdicts);
    expect(won).toHaveLength(1);
    const { next, session } = tries[won[0]!]!;
    expect(await at(0).find(ref)).toMatchObject({ state: 'consent_requested', verifierKey: null, ...next });
    const stored = await rows('SELECT id FROM cardea.login_session WHERE id = ANY($1)', [
      tries.map((one) => one.session.row.id),
    ]);
    expect(stored).toEqual([{ id: session.row.id }]);
  }
}, 60_000);

test('a consent verifier used 12 times at once, 100 rounds: one grant and one code, of the winner', async () => {
  for (let round = 0; round < 100; round++) {
    const { ref, proof } = await consented(round);
    const tries = range(12).map((index) => ({ grant: grantOf(`person ${String(index)}`), code: newCode() }));
    const verdicts = await Promise.all(
      tries.map(({ grant, code }, index) => at(index).complete(ref, proof, grant, code, undefined)),
    );
    const won = winners(verdicts);
    expect(won).toHaveLength(1);
    const { grant, code } = tries[won[0]!]!;
    const stored = await rows(
      `SELECT g.id, g.subject, g.scopes, g.audience, c.key, c.client_id FROM cardea.consent_grant g
        LEFT JOIN cardea.authorization_code c ON c.grant_id = g.id WHERE g.id = ANY($1)`,
      [tries.map((one) => one.grant.id)],
    );
    const { id, subject, scopes, audience } = grant;
    expect(stored).toEqual([{ id, subject, scopes, audience, key: code.key, client_id: 'app' }]);
  }
}, 60_000);

test('many flows at once, each twice and in opposite orders: every one moves once, and none is kept from it', async () => {
  for (let round = 0; round < 20; round++) {
    const flows = await Promise.all(range(24).map((index) => consented(index)));
    const use = (process: Flows, { ref, proof }: Started) =>
      process.complete(ref, proof, grantOf('person'), newCode(), undefined);
    const verdicts = await Promise.all([
      ...flows.map((flow) => use(processes[0], flow)),
      ...[...flows].reverse().map((flow) => use(processes[1], flow)),
    ]);
    const forward = verdicts.slice(0, 24);
    const backward = verdicts.slice(24).reverse();
    expect(forward.map((won, index) => won !== backward[index])).toEqual(flows.map(() => true));
  }
}, 60_000);

test('one flow of a batch cannot be moved by the verifier or the browser of another', async () => {
  const [one, other] = await Promise.all([consented(0), consented(0)]);
  const mixed = [
    { ref: one.ref, proof: { ...one.proof, verifierKey: other.proof.verifierKey } },
    { ref: one.ref, proof: { ...one.proof, browser: other.proof.browser } },
    { ref: other.ref, proof: one.proof },
    { ref: one.ref, proof: { ...one.proof, now: (expiresAt + 1) * 1000 } },
    { ref: { ...one.ref, expiresAt: expiresAt + 1 }, proof: one.proof },
    one,
  ];
  const verdicts = await Promise.all(
    mixed.map(({ ref, proof }) => at(0).complete(ref, proof, grantOf('person'), newCode(), undefined)),
  );
  expect(verdicts).toEqual([false, false, false, false, false, true]);
  expect(await at(0).find(other.ref)).toMatchObject({ state: 'consent_accepted' });
});

test('apps that answer twice at once: both are told yes, and the later answer counts', async () => {
  for (let round = 0; round < 30; round++) {
    const { ref, proof } = await accepted(round);
    const { browser } = proof;
    const logins = range(3).map(answer);
    const said = await Promise.all(
      logins.map((login, index) =>
        at(0).answerLogin(index === 2 ? 'reject_login' : 'accept_login', ref, { ...login, clientId: 'app', browser }),
      ),
    );
    expect(said).toEqual([true, true, true]);
    expect(await at(0).find(ref)).toMatchObject({ state: 'login_rejected', ...logins[2] });

    const flow = await consented(round);
    const consents = range(3).map(answer);
    const answered = await Promise.all(
      consents.map((consent) => at(0).answerConsent('accept_consent', flow.ref, consent, 'any')),
    );
    expect(answered).toEqual([true, true, true]);
    expect(await at(0).find(flow.ref)).toMatchObject({ state: 'consent_accepted', ...consents[2] });
  }
}, 60_000);

/** The app answers the login once more, and the browser uses the first answer. */
function change(flow: Started, round: number) {
  const { ref, proof } = flow;
  const next = { browser: randomBytes(32), body: randomBytes(40) };
  return {
    use: () => at(round).useLogin(ref, proof, next, undefined, undefined),
    answer: () =>
      at(round + 1).answerLogin('accept_login', ref, { ...answer(), clientId: 'app', browser: proof.browser }),
  };
}

test('an app that changes its answer while the browser comes back: one of the two is refused, never both taken', async () => {
  for (let round = 0; round < 120; round++) {
    const flow = await accepted(round);
    const { use, answer } = change(flow, round);
    const both = round % 4 < 2 ? [use(), answer()] : [answer(), use()].reverse();
    const [used, answered] = await Promise.all(both);
    expect(used).not.toBe(answered);
    const { state } = (await at(0).find(flow.ref))!;
    expect(state).toBe(used === true ? 'consent_requested' : 'login_accepted');
  }
}, 60_000);

test.each([
  ['the browser', 'use', 'consent_requested'],
  ['the app', 'answer', 'login_accepted'],
] as const)('of the two, %s wins if it comes first', async (_name, first, state) => {
  const flow = await accepted();
  const calls = change(flow, 0);
  const holder = await database.pool.connect();
  /** Settles when so many statements wait for the flow. */
  const waiting = async (count: number) => {
    const text = `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await rows(text, []))[0]?.['n'] !== count) await sleep(10);
  };
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM cardea.flow WHERE id = $1 FOR UPDATE', [flow.ref.id]);
    const winning = calls[first]();
    await waiting(1);
    const losing = calls[first === 'use' ? 'answer' : 'use']();
    await waiting(2);
    await holder.query('COMMIT');
    expect([await winning, await losing]).toEqual([true, false]);
  } finally {
    holder.release();
  }
  expect((await at(0).find(flow.ref))?.state).toBe(state);
});

test('flows of different days share a batch, and are found and moved in their partitions', async () => {
  const refs = [newRef(), newRef(86_400), newRef(40 * 86_400), newRef(-300)];
  const flows = await Promise.all(refs.map((ref) => accepted(0, ref)));
  const unknown = newRef();
  const found = await Promise.all([...refs, unknown, refs[0]!].map((ref) => at(0).find(ref)));
  expect(found.map((row) => row?.state)).toEqual([
    ...range(4).map(() => 'login_accepted'),
    undefined,
    'login_accepted',
  ]);
  expect(found.map((row) => row?.verifierKey)).toEqual(
    [...flows, undefined, flows[0]].map((flow) => flow?.proof.verifierKey),
  );
  const next = { browser: randomBytes(32), body: randomBytes(40) };
  const used = await Promise.all(flows.map(({ ref, proof }) => at(0).useLogin(ref, proof, next, undefined, undefined)));
  expect(used).toEqual([true, true, true, true]);
  const answered = await Promise.all(refs.map((ref) => at(0).answerConsent('accept_consent', ref, answer(), 'any')));
  expect(answered).toEqual([true, true, true, true]);
});

test('a row PostgreSQL refuses fails alone, not its neighbours of the batch', async () => {
  const flows = await Promise.all(range(8).map(() => consented(0)));
  const settled = await Promise.allSettled(
    flows.map(({ ref, proof }, index) =>
      at(0).complete(ref, proof, grantOf(index === 3 ? 'a\0b' : 'person'), newCode(), undefined),
    ),
  );
  expect(settled.map((one) => one.status === 'fulfilled' && one.value)).toEqual(range(8).map((index) => index !== 3));
  expect(await at(0).find(flows[3]!.ref)).toMatchObject({ state: 'consent_accepted' });
});

test('a session that one browser ends while another extends it has ended', async () => {
  const living = async () => {
    const { ref, proof } = await accepted(0);
    const session = begin('person');
    const next = { browser: randomBytes(32), body: randomBytes(40) };
    expect(await at(0).useLogin(ref, proof, next, session, undefined)).toBe(true);
    return session.row;
  };
  const [shared, longer] = [await living(), await living()];
  const [ending, extending, prolonging] = await Promise.all([accepted(), accepted(), accepted()]);
  const next = { browser: randomBytes(32), body: randomBytes(40) };
  const extend = (id: string): SessionChange => ({ kind: 'extend', id, expiresAt: expiresAt + 1000 });
  const fresh = begin('somebody else');
  const verdicts = await Promise.all([
    at(0).useLogin(extending.ref, extending.proof, next, extend(shared.id), undefined),
    at(0).useLogin(ending.ref, ending.proof, next, fresh, shared.id),
    at(0).useLogin(prolonging.ref, prolonging.proof, next, extend(longer.id), undefined),
  ]);
  expect(verdicts).toEqual([true, true, true]);
  const asked = [shared.id, fresh.row.id, longer.id, randomUUID()];
  expect(await Promise.all(asked.map((id) => sessions.find(id, now)))).toEqual([
    undefined,
    fresh.row,
    { ...longer, expiresAt: expiresAt + 1000 },
    undefined,
  ]);
  // In one batch, everybody is judged by the time they asked at.
  expect(await Promise.all([now, expiresAt * 1000 + 1].map((time) => sessions.find(fresh.row.id, time)))).toEqual([
    fresh.row,
    undefined,
  ]);
});

test('remembered scopes asked for at once are each the asker’s own, and the latest', async () => {
  const grants = createGrants(database.pool);
  const store = async (subject: string, more: Partial<GrantRow>) => {
    const { ref, proof } = await consented(0);
    expect(await at(0).complete(ref, proof, grantOf(subject, more), undefined, undefined)).toBe(true);
  };
  await store('ann', { remember: true, scopes: ['openid'] });
  await store('ann', { remember: true, scopes: ['openid', 'photos'] });
  await store('bob', { remember: true, rememberUntil: Math.floor(now / 1000) + 5, scopes: ['offline'] });
  await store('eve', { remember: false });
  await store('dan', { remember: true, skipped: true });
  const ask = (subject: string, clientId = 'app', time = now) => grants.rememberedScopes(subject, clientId, time);
  expect(
    await Promise.all([
      ask('bob'),
      ask('ann'),
      ask('eve'),
      ask('dan'),
      ask('ann', 'other'),
      ask('bob', 'app', now + 6000),
    ]),
  ).toEqual([['offline'], ['openid', 'photos'], undefined, undefined, undefined, undefined]);
});
