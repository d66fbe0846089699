// Challenges that were opened lately are looked up: only the very same ones, and only for as long as they are good.
import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { countingSeal } from '../counting-seal.fixture.js';
import { createLoginChallenges } from './challenge.js';
import type { FlowStart } from './flow-body.js';

const expiresAt = 2_000_000_000;
const now = expiresAt - 60;

/** Challenges that count what they open, and one of them. */
function setUp() {
  const { seal, count } = countingSeal('login_challenge');
  const challenges = createLoginChallenges(seal);
  const start: FlowStart = {
    ...{ id: randomBytes(16), expiresAt, requestedAt: now - 5, clientId: 'app', remembered: undefined },
    ...{ query: 'client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb', browser: randomBytes(32) },
    ...{ redirectUri: 'https://app.example/cb', sessionId: '8b1a5d30-2222-4000-8000-000000000001' },
  };
  return { challenges, count, start, challenge: challenges.seal(start) };
}

test('what was opened lately is looked up, until it is forgotten; then it opens as before', () => {
  const { challenges, count, start, challenge } = setUp();
  const opens = () => [challenges.open(challenge, now), count.opened];
  expect([opens(), opens()]).toEqual([
    [start, 1],
    [start, 1],
  ]);
  challenges.forget(challenge);
  expect(opens()).toEqual([start, 2]);
});

test('one that was changed does not open, wherever it was changed, though the right one was opened just before', () => {
  const { challenges, challenge } = setUp();
  challenges.open(challenge, now);
  for (let at = 0; at < challenge.length; at++) {
    const changed = `${challenge.slice(0, at)}${challenge[at] === 'A' ? 'B' : 'A'}${challenge.slice(at + 1)}`;
    expect(() => challenges.open(changed, now)).toThrow('unknown');
  }
  for (const part of ['', challenge.slice(1), challenge.slice(0, -1), challenge.slice(-22), `A${challenge}`])
    expect(() => challenges.open(part, now)).toThrow('unknown');
});

test('one that has expired meanwhile is not looked up', () => {
  const { challenges, challenge } = setUp();
  challenges.open(challenge, expiresAt - 1);
  expect(() => challenges.open(challenge, expiresAt)).toThrow('expired');
});
