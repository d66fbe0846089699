// What the comparison of signatures with tokens found, as auditors see it: listed, and acknowledged by one of them, once.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CallContext } from '@cardea/rpc';
import { signatureFindingV1 } from '@cardea/rpc';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import { createPageTokens } from './page-tokens.js';
import { createSignatureFindingHandlers } from './rpc/signature-finding.js';
import { createSeal } from './seal.js';
import { createSignatureFindings } from './storage/signature-findings.js';

const { UNSPECIFIED, OPEN, ACKNOWLEDGED } = signatureFindingV1.FindingState;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE cardea.signature_finding RESTART IDENTITY'));

const call: CallContext = {
  deadline: Infinity,
  signal: new AbortController().signal,
  caller: undefined,
  traceparent: '',
};
const handlers = () =>
  createSignatureFindingHandlers({
    findings: createSignatureFindings(database.pool),
    pageTokens: createPageTokens(
      createSeal(['x'.repeat(32)], 'audit_page_token', (bytes) => Buffer.alloc(bytes, 7)),
      Date.now,
    ),
  });
const found = (id: string, kind = 'signature_without_token') =>
  database.pool.query('INSERT INTO cardea.signature_finding (kind, id, facts) VALUES ($1, $2, $3)', [
    ...[kind, id, JSON.stringify({ caller: 'spiffe://stolen', client_id: 'app' })],
  ]);
const listed = async (state: signatureFindingV1.FindingState = UNSPECIFIED, pageToken = '') => {
  const page = await handlers().listFindings({ pageSize: 2, pageToken, state }, call);
  return { ids: page.findings.map(({ id }) => id), next: page.nextPageToken };
};

test('findings are listed newest first, in pages, beyond the tenth too', async () => {
  for (let index = 1; index <= 11; index++) await found(`jti-${String(index)}`);
  const all: number[] = [];
  let token = '';
  do {
    const { ids, next } = await listed(UNSPECIFIED, token);
    all.push(...ids);
    token = next;
  } while (token !== '');
  expect(all).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  const { findings } = await handlers().listFindings({ pageSize: 1, pageToken: '', state: OPEN }, call);
  expect(findings).toEqual([
    {
      ...{ id: 11, kind: 'signature_without_token', about: 'jti-11', foundAt: expect.any(Date) },
      facts: { caller: 'spiffe://stolen', client_id: 'app' },
      ...{ acknowledgedAt: undefined, acknowledgedBy: '', note: '' },
    },
  ]);
});

test('of several who acknowledge one at once, one does, and all are told who', async () => {
  for (const id of ['a', 'b']) await found(id);
  const names = ['ada', 'bob', 'eve', 'joe'];
  const { acknowledgeFinding } = handlers();
  const answers = await Promise.all(names.map((by) => acknowledgeFinding({ id: 1, by, note: `said ${by}` }, call)));
  const who = new Set(answers.map(({ finding }) => finding?.acknowledgedBy));
  expect(who.size).toBe(1);
  const [name = ''] = who;
  expect(names).toContain(name);
  expect(answers[0]?.finding).toMatchObject({ id: 1, note: `said ${name}`, acknowledgedAt: expect.any(Date) });
  expect([(await listed(OPEN)).ids, (await listed(ACKNOWLEDGED)).ids]).toEqual([[2], [1]]);
});

test('what is not there, and a note without an end, are refused; a page belongs to its list', async () => {
  for (const id of ['a', 'b', 'c']) await found(id);
  const { acknowledgeFinding } = handlers();
  await expect(acknowledgeFinding({ id: 9, by: 'ada', note: '' }, call)).rejects.toMatchObject({ code: 'not_found' });
  const note = 'x'.repeat(1_001);
  await expect(acknowledgeFinding({ id: 1, by: 'ada', note }, call)).rejects.toMatchObject({ code: 'invalid_request' });
  const { next } = await listed(OPEN);
  await expect(listed(ACKNOWLEDGED, next)).rejects.toMatchObject({ code: 'invalid_request' });
});
