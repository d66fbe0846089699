// What login and consent apps answer, stored for many flows by one statement. An app may answer again until the browser has come
// back: of two answers for one flow in a batch the later counts, as it would have in two.
import type { FlowState } from '@cardea/oauth';
import { stateAfter, statesBefore } from '@cardea/oauth';
import { bytesColumn, numberColumn, textColumn } from '@cardea/service';
import type { Database } from './database.js';
import type { FlowAnswer, FlowRef, Flows } from './flows.js';
import { createGroupCommit } from './group-commit.js';
import { expiryBounds } from './partitions.js';

interface Answer extends FlowRef, FlowAnswer {
  readonly state: FlowState;
}

interface LoginAnswer extends Answer {
  readonly clientId: string;
  readonly browser: Buffer;
}

// Flows are locked in the order of their ids, here as in flow-steps.ts: batches do not wait for each other in a circle.
const loginText = `INSERT INTO cardea.flow (id, expires_at, state, client_id, browser, verifier_key, body)
  SELECT id, to_timestamp(expires), state, client_id, browser, verifier_key, body
  FROM unnest($1::bytea[], $2::float8[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[])
    AS i(id, expires, state, client_id, browser, verifier_key, body) ORDER BY id
  ON CONFLICT (id, expires_at) DO UPDATE
    SET state = excluded.state, verifier_key = excluded.verifier_key, body = excluded.body
    WHERE flow.state = ANY($8)
  RETURNING id`;

// The ids are said twice for the reason told there.
const consentText = `UPDATE cardea.flow f SET state = i.state, verifier_key = i.verifier_key, body = i.body
  FROM (
    SELECT * FROM unnest($1::bytea[], $2::float8[], $3::text[], $4::bytea[], $5::bytea[])
      AS i(id, expires, state, verifier_key, body) ORDER BY id
  ) i
  WHERE f.id = ANY($1) AND f.id = i.id AND f.expires_at = to_timestamp(i.expires) AND f.state = ANY($6)
    AND f.expires_at >= to_timestamp($7) AND f.expires_at <= to_timestamp($8)
  RETURNING f.id`;

/** The same statement, which also puts what it stored on the audit record; the notes are its next three parameters. */
const noting = (text: string, first: number) => `WITH stored AS (${text}), noted AS (
    INSERT INTO cardea.audit_event (actor, authentication, action, target, status, request_id)
    SELECT n.actor, 'interaction', n.action, n.target, 200, ''
    FROM unnest($${String(first)}::bytea[], $${String(first + 1)}::text[], $${String(first + 2)}::text[],
      $${String(first + 3)}::text[]) AS n(id, action, actor, target)
    JOIN stored ON stored.id = n.id
  ) SELECT id FROM stored`;

const notesOf = (answers: readonly Answer[]): unknown[] => {
  const noted = answers.flatMap(({ id, note }) => (note === undefined ? [] : [{ id, ...note }]));
  return [
    bytesColumn(noted, ({ id }) => id),
    textColumn(noted, ({ action }) => action),
    textColumn(noted, ({ actor }) => actor),
    textColumn(noted, ({ target }) => target),
  ];
};

export function createFlowAnswers(database: Database): Pick<Flows, 'answerLogin' | 'answerConsent'> {
  const login = {
    name: 'flow_answer_login',
    text: loginText,
    values: (answers: readonly LoginAnswer[]) => [
      ...[
        bytesColumn(answers, ({ id }) => id),
        numberColumn(answers, ({ expiresAt }) => expiresAt),
        textColumn(answers, ({ state }) => state),
      ],
      ...[textColumn(answers, ({ clientId }) => clientId), bytesColumn(answers, ({ browser }) => browser)],
      ...[bytesColumn(answers, ({ verifierKey }) => verifierKey), bytesColumn(answers, ({ body }) => body)],
      statesBefore('accept_login'),
    ],
  };
  const consentFrom = (states: readonly FlowState[]) => ({
    name: 'flow_answer_consent',
    text: consentText,
    values: (answers: readonly Answer[]) => [
      ...[
        bytesColumn(answers, ({ id }) => id),
        numberColumn(answers, ({ expiresAt }) => expiresAt),
        textColumn(answers, ({ state }) => state),
      ],
      ...[bytesColumn(answers, ({ verifierKey }) => verifierKey), bytesColumn(answers, ({ body }) => body)],
      states,
      ...expiryBounds(answers),
    ],
  });
  const storeLogin = store(database, login);
  // The same statement; what is a first answer and what may be a later one never share a batch.
  const storeConsent = {
    any: store(database, consentFrom(statesBefore('accept_consent'))),
    first: store(database, consentFrom([stateAfter('use_login')])),
  };
  // Both answers of an app are allowed in the same states, so the one statement takes either.
  return {
    answerLogin: (event, { id, expiresAt }, answer) =>
      storeLogin({ ...answer, id, expiresAt, state: stateAfter(event) }),
    answerConsent: (event, { id, expiresAt }, answer, which) =>
      storeConsent[which]({ ...answer, id, expiresAt, state: stateAfter(event) }),
  };
}

/** Stores answers by a statement as it is or as it writes notes too; either takes eight parameters of its own. */
function store<A extends Answer>(
  database: Database,
  { name, text, values }: { name: string; text: string; values: (answers: readonly A[]) => unknown[] },
): (answer: A) => Promise<boolean> {
  const plain = createGroupCommit<A, boolean>(database, {
    ...{ name, text },
    values: (answers) => values(lastOfEach(answers)),
    results: stored,
  });
  const noted = createGroupCommit<A, boolean>(database, {
    ...{ name: `${name}_noted`, text: noting(text, 9) },
    values(answers) {
      const last = lastOfEach(answers);
      return [...values(last), ...notesOf(last)];
    },
    results: stored,
  });
  return (answer) => (answer.note === undefined ? plain : noted)(answer);
}

const nameOf = (id: unknown) => (id as Buffer).toString('latin1');

const lastOfEach = <A extends FlowRef>(answers: readonly A[]): A[] => [
  ...new Map(answers.map((answer) => [nameOf(answer.id), answer])).values(),
];

function stored(returned: readonly Readonly<Record<string, unknown>>[], answers: readonly FlowRef[]): boolean[] {
  const ids = new Set(returned.map(({ id }) => nameOf(id)));
  return answers.map(({ id }) => ids.has(nameOf(id)));
}
