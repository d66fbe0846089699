// What login and consent apps answer, stored for many flows by one statement. An app may answer again until the browser has come
// back: of two answers for one flow in a batch the later counts, as it would have in two.
import type { FlowState } from '@cardea/oauth';
import { stateAfter, statesBefore } from '@cardea/oauth';
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

const consentText = `UPDATE cardea.flow f SET state = i.state, verifier_key = i.verifier_key, body = i.body
  FROM (
    SELECT * FROM unnest($1::bytea[], $2::float8[], $3::text[], $4::bytea[], $5::bytea[])
      AS i(id, expires, state, verifier_key, body) ORDER BY id
  ) i
  WHERE f.id = i.id AND f.expires_at = to_timestamp(i.expires) AND f.state = ANY($6)
    AND f.expires_at >= to_timestamp($7) AND f.expires_at <= to_timestamp($8)
  RETURNING f.id`;

export function createFlowAnswers(database: Database): Pick<Flows, 'answerLogin' | 'answerConsent'> {
  const storeLogin = createGroupCommit<LoginAnswer, boolean>(database, {
    name: 'flow_answer_login',
    text: loginText,
    values(answers) {
      const last = lastOfEach(answers);
      return [
        ...[last.map(({ id }) => id), last.map(({ expiresAt }) => expiresAt), last.map(({ state }) => state)],
        ...[last.map(({ clientId }) => clientId), last.map(({ browser }) => browser)],
        ...[last.map(({ verifierKey }) => verifierKey), last.map(({ body }) => body)],
        statesBefore('accept_login'),
      ];
    },
    results: stored,
  });
  const storeConsent = createGroupCommit<Answer, boolean>(database, {
    name: 'flow_answer_consent',
    text: consentText,
    values(answers) {
      const last = lastOfEach(answers);
      return [
        ...[last.map(({ id }) => id), last.map(({ expiresAt }) => expiresAt), last.map(({ state }) => state)],
        ...[last.map(({ verifierKey }) => verifierKey), last.map(({ body }) => body)],
        statesBefore('accept_consent'),
        ...expiryBounds(last),
      ];
    },
    results: stored,
  });
  // Both answers of an app are allowed in the same states, so the one statement takes either.
  return {
    answerLogin: (event, { id, expiresAt }, answer) =>
      storeLogin({ ...answer, id, expiresAt, state: stateAfter(event) }),
    answerConsent: (event, { id, expiresAt }, answer) =>
      storeConsent({ ...answer, id, expiresAt, state: stateAfter(event) }),
  };
}

const nameOf = (id: unknown) => (id as Buffer).toString('latin1');

const lastOfEach = <A extends FlowRef>(answers: readonly A[]): A[] => [
  ...new Map(answers.map((answer) => [nameOf(answer.id), answer])).values(),
];

function stored(returned: readonly Readonly<Record<string, unknown>>[], answers: readonly FlowRef[]): boolean[] {
  const ids = new Set(returned.map(({ id }) => nameOf(id)));
  return answers.map(({ id }) => ids.has(nameOf(id)));
}
