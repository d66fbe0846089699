// The steps that a browser makes, each once: a login is used, a flow completes. One statement takes many flows; of two that
// bring the same verifier it moves the flow for one, whether they share a batch or not, and its rows say for which.
import { stateAfter, statesBefore } from '@cardea/oauth';
import { bytesColumn, flagColumn, numberColumn, textColumn, uuidColumn } from '@cardea/service';
import type { Database } from './database.js';
import type { CodeRow, FlowProof, FlowRef, Flows, NextOfLogin, SessionChange } from './flows.js';
import { grantColumns, tellGrant } from './grants.js';
import type { GrantRow } from './grants.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';
import { expiryBounds } from './partitions.js';
import { sessionColumns } from './sessions.js';
import type { AccessTokenRow } from './tokens.js';

interface Step extends FlowRef {
  readonly proof: FlowProof;
}

interface LoginStep extends Step {
  readonly next: NextOfLogin;
  readonly session: SessionChange | undefined;
  readonly formerSession: string | undefined;
}

interface ConsentStep extends Step {
  readonly grant: GrantRow;
  readonly code: CodeRow | undefined;
  readonly access: AccessTokenRow | undefined;
}

// $1 to $5 are arrays, as each step's columns behind $10; the rest is the same for all. Flows are locked in the order of their
// ids, here as in flow-answers.ts. The bounds let PostgreSQL leave out all partitions but one or two before it opens them; that the
// ids are these alone is said beside them, or a plan that was made while the partition was empty reads all flows between the bounds
// for each batch: 450 µs a row after 4,000 flows, not 80.
const proven = `f.id = ANY($1) AND f.id = i.id AND f.expires_at = to_timestamp(i.expires) AND f.state = ANY($6)
    AND f.verifier_key = i.verifier_key AND f.browser = i.browser AND f.expires_at > to_timestamp(i.now)
    AND f.expires_at >= to_timestamp($8) AND f.expires_at <= to_timestamp($9)`;
const steps = (types: string, columns: string) => `(
      SELECT * FROM unnest($1::bytea[], $2::float8[], $3::bytea[], $4::bytea[], $5::float8[], ${types}) WITH ORDINALITY
        AS i(id, expires, verifier_key, browser, now, ${columns}, ord) ORDER BY id
    ) i`;

// A session that one flow ends and another extends has ended: it is never brought back.
const useLoginText = `WITH moved AS (
    UPDATE cardea.flow f SET state = $7, browser = i.next_browser, body = coalesce(i.next_body, f.body), verifier_key = NULL
    FROM ${steps(
      `$10::bytea[], $11::bytea[], $12::uuid[], $13::uuid[], $14::uuid[], $15::float8[], $16::text[], $17::float8[],
        $18::boolean[], $19::text[], $20::text[], $21::text[]`,
      'next_browser, next_body, former, extended, begun, session_expires, subject, authenticated, remember, acr, amr, idp',
    )}
    WHERE ${proven}
    RETURNING i.*
  ), ended AS (
    DELETE FROM cardea.login_session s USING moved WHERE s.id = moved.former
  ), stored AS (
    INSERT INTO cardea.login_session (${sessionColumns})
    SELECT begun, subject, to_timestamp(authenticated), remember, to_timestamp(session_expires), acr, amr::text[], idp
    FROM moved WHERE begun IS NOT NULL
    ON CONFLICT (id) DO NOTHING
  ), extended AS (
    UPDATE cardea.login_session s SET expires_at = to_timestamp(moved.session_expires)
    FROM moved WHERE s.id = moved.extended AND NOT EXISTS (SELECT FROM moved ending WHERE ending.former = s.id)
  ) SELECT ord FROM moved`;

// A session that is being ended and a flow that completes in it wait for each other: either the end finds the grant, or the flow
// the end. What this statement still sees and can no longer lock ended, or was replaced, at this moment.
const completeText = (told: boolean) => `WITH alive AS MATERIALIZED (
    SELECT id FROM cardea.login_session WHERE id = ANY($12::uuid[]) ORDER BY id FOR KEY SHARE
  ), gone AS MATERIALIZED (
    SELECT id FROM cardea.login_session WHERE id = ANY($12::uuid[]) AND id NOT IN (SELECT id FROM alive)
    UNION ALL SELECT session_id FROM cardea.ended_session WHERE session_id = ANY($12::uuid[])
  ), moved AS (
    UPDATE cardea.flow f SET state = $7, verifier_key = NULL
    FROM ${steps(
      `$10::uuid[], $11::text[], $12::uuid[], $13::text[], $14::text[], $15::boolean[], $16::float8[], $17::boolean[],
        $18::bytea[], $19::bytea[], $20::float8[], $21::bytea[], $22::bytea[], $23::float8[], $24::bytea[]${
          told ? ', $25::uuid[], $26::text[]' : ''
        }`,
      `grant_id, subject, session_id, scopes, audience, remember, remember_until, skipped, body,
        code_key, code_expires, code_body, access_key, access_expires, access_body${told ? ', event_id, event_data' : ''}`,
    )}
    WHERE ${proven} AND NOT EXISTS (SELECT FROM gone WHERE gone.id = i.session_id)
    RETURNING f.client_id, i.*
  ), granted AS (
    INSERT INTO cardea.consent_grant (${grantColumns})
    SELECT grant_id, client_id, subject, session_id, scopes::text[], audience::text[], remember,
      CASE WHEN remember_until IS NULL THEN 'infinity' ELSE to_timestamp(remember_until) END, skipped, body
    FROM moved
  ), coded AS (
    INSERT INTO cardea.authorization_code (key, expires_at, grant_id, client_id, body)
    SELECT code_key, to_timestamp(code_expires), grant_id, client_id, code_body FROM moved WHERE code_key IS NOT NULL
  ), opened AS (
    INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
    SELECT access_key, to_timestamp(access_expires), grant_id, client_id, access_body
    FROM moved WHERE access_key IS NOT NULL
  )${told ? `, told AS (${tellGrant('moved')})` : ''} SELECT ord FROM moved`;

export function createFlowSteps(database: Database): Pick<Flows, 'useLogin' | 'complete'> {
  const useLogin = createGroupCommit<LoginStep, boolean>(database, {
    name: 'flow_use_login',
    text: useLoginText,
    values(all) {
      const begun = all.map(({ session }) => (session?.kind === 'begin' ? session.row : undefined));
      const extended = all.map(({ session }) => (session?.kind === 'extend' ? session : undefined));
      return [
        ...stepValues('use_login', all),
        ...[bytesColumn(all, ({ next }) => next.browser), bytesColumn(all, ({ next }) => next.body)],
        uuidColumn(all, ({ formerSession }) => formerSession),
        uuidColumn(extended, (session) => session?.id),
        uuidColumn(begun, (session) => session?.id),
        numberColumn(all, (_, index) => (begun[index] ?? extended[index])?.expiresAt),
        textColumn(begun, (session) => session?.subject),
        numberColumn(begun, (session) => session?.authenticatedAt),
        flagColumn(begun, (session) => session?.remember),
        textColumn(begun, (session) => session?.acr),
        textColumn(begun, (session) => session && arrayText(session.amr)),
        textColumn(begun, (session) => session?.identityProviderSessionId),
      ];
    },
    results: won,
  });

  const completeValues = (all: readonly ConsentStep[]): unknown[] => [
    ...stepValues('use_consent', all),
    ...[uuidColumn(all, ({ grant }) => grant.id), textColumn(all, ({ grant }) => grant.subject)],
    uuidColumn(all, ({ grant }) => grant.sessionId),
    ...[
      textColumn(all, ({ grant }) => arrayText(grant.scopes)),
      textColumn(all, ({ grant }) => arrayText(grant.audience)),
    ],
    flagColumn(all, ({ grant }) => grant.remember),
    numberColumn(all, ({ grant }) => (grant.rememberUntil === Infinity ? null : grant.rememberUntil)),
    ...[flagColumn(all, ({ grant }) => grant.skipped), bytesColumn(all, ({ grant }) => grant.body)],
    bytesColumn(all, ({ code }) => code?.key),
    numberColumn(all, ({ code }) => code?.expiresAt),
    bytesColumn(all, ({ code }) => code?.body),
    bytesColumn(all, ({ access }) => access?.key),
    numberColumn(all, ({ access }) => access?.expiresAt),
    bytesColumn(all, ({ access }) => access?.body),
  ];
  const complete = createGroupCommit<ConsentStep, boolean>(database, {
    name: 'flow_complete',
    text: completeText(false),
    values: completeValues,
    results: won,
  });
  const completeAndTell = createGroupCommit<ConsentStep, boolean>(database, {
    name: 'flow_complete_told',
    text: completeText(true),
    values: (all) => [
      ...completeValues(all),
      uuidColumn(all, ({ grant }) => grant.told?.id),
      textColumn(all, ({ grant }) => grant.told && JSON.stringify(grant.told.data)),
    ],
    results: won,
  });

  return {
    useLogin: ({ id, expiresAt }, proof, next, session, formerSession) =>
      useLogin({ id, expiresAt, proof, next, session, formerSession }),
    complete: ({ id, expiresAt }, proof, grant, code, access) =>
      (grant.told === undefined ? complete : completeAndTell)({ id, expiresAt, proof, grant, code, access }),
  };
}

/** $1 to $9 of a statement over {@link steps}. */
const stepValues = (event: 'use_login' | 'use_consent', all: readonly Step[]): unknown[] => [
  ...[bytesColumn(all, ({ id }) => id), numberColumn(all, ({ expiresAt }) => expiresAt)],
  ...[bytesColumn(all, ({ proof }) => proof.verifierKey), bytesColumn(all, ({ proof }) => proof.browser)],
  numberColumn(all, ({ proof }) => proof.now / 1000),
  ...[statesBefore(event), stateAfter(event)],
  ...expiryBounds(all),
];

const won = (returned: readonly Record<string, unknown>[], all: readonly Step[]): boolean[] =>
  inOrder(returned, all.length, () => true).map((one) => one === true);

/** An array as PostgreSQL spells it: in `unnest` lists of different lengths cannot stand beside each other. */
const arrayText = (texts: readonly string[]) =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
