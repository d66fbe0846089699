// Bodies of flows, remembered and not: what is opened is what the row says, and nothing else opens.
import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { countingSeal } from '../counting-seal.fixture.js';
import { createSeal } from '../seal.js';
import type { FlowBody } from './flow-body.js';
import { createFlowBodies } from './flow-bodies.js';

const seal = createSeal(['a-secret-of-at-least-32-characters-for-tests'], 'flow', randomBytes);
const process = () => createFlowBodies(seal);

const bodyOf = (subject: string): FlowBody => ({
  start: {
    ...{ id: randomBytes(16), expiresAt: 2_000_000_000, requestedAt: 1_999_999_000, clientId: 'app' },
    ...{ query: 'client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid', browser: randomBytes(32) },
    ...{ redirectUri: 'https://app.example/cb', sessionId: '8b1a5d30-2222-4000-8000-000000000001' },
    remembered: undefined,
  },
  login: {
    ...{ subject, authenticatedAt: 1_999_999_500, rememberSeconds: 0, acr: '', amr: ['pwd'], forcedSubject: '' },
    ...{ identityProviderSessionId: '', contextJson: '{"a":1}' },
  },
});

test('a body opens as it was sealed, here and in another process', () => {
  const [here, there] = [process(), process()];
  const body = bodyOf('person');
  const sealed = here.seal(body);
  for (const bodies of [here, there, there]) expect(bodies.open(body.start.id, Buffer.from(sealed))).toEqual(body);
});

test('what another process wrote meanwhile counts, not what is remembered', () => {
  const [here, there] = [process(), process()];
  const body = bodyOf('person');
  const own = here.seal(body);
  const later = there.seal({ ...body, rejection: { error: 'access_denied', description: 'no' } });
  expect(here.open(body.start.id, later).rejection).toEqual({ error: 'access_denied', description: 'no' });
  expect(here.open(body.start.id, own).rejection).toBeUndefined();
});

test('a changed row does not open, nor one flow’s body as another’s', () => {
  const bodies = process();
  const [one, other] = [bodyOf('one'), bodyOf('other')];
  const [sealed] = [bodies.seal(one), bodies.seal(other)];
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => bodies.open(one.start.id, changed)).toThrow('cannot be opened');
  }
  expect(() => bodies.open(other.start.id, sealed)).toThrow('cannot be opened');
  expect(() => bodies.open(one.start.id, sealed.subarray(1))).toThrow('cannot be opened');
});

test('what is remembered of a flow shares its memory with nobody: a thousand slices of Node’s pool would keep eight megabytes', () => {
  const [here, there] = [process(), process()];
  const body = bodyOf('person');
  const sealed = here.seal(body);
  expect(sealed.buffer.byteLength).toBeGreaterThan(sealed.length);
  const { start } = there.open(body.start.id, sealed);
  expect([start.id, start.browser].map(({ buffer }) => buffer.byteLength)).toEqual([16, 32]);
});

test('what there were too many of is opened again', () => {
  const bodies = process();
  const all = Array.from({ length: 1_500 }, (_, index) => bodyOf(`person ${String(index)}`));
  const sealed = all.map((body) => bodies.seal(body));
  expect(all.map((body, index) => bodies.open(body.start.id, sealed[index]!))).toEqual(all);
});

test('a flow that is over is forgotten, and opens all the same', () => {
  const { seal, count } = countingSeal('flow');
  const bodies = createFlowBodies(seal);
  const body = bodyOf('person');
  const sealed = bodies.seal(body);
  const opens = () => [bodies.open(body.start.id, sealed), count.opened];
  expect(opens()).toEqual([body, 0]);
  bodies.forget(body.start.id);
  expect(opens()).toEqual([body, 1]);
});

test('what is large is opened each time: a thousand of them would not fit into memory', () => {
  const { seal, count } = countingSeal('flow');
  const bodies = createFlowBodies(seal);
  const small = bodyOf('person');
  const large: FlowBody = { ...small, login: { ...small.login!, contextJson: `"${'x'.repeat(16 * 1024)}"` } };
  for (const [body, times] of [
    [small, 0],
    [large, 2],
  ] as const) {
    count.opened = 0;
    const sealed = bodies.seal(body);
    for (let time = 0; time < 2; time++) expect(bodies.open(body.start.id, sealed)).toEqual(body);
    expect(count.opened).toBe(times);
  }
});
