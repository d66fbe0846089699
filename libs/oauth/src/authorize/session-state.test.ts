// What session_state depends on, and what it does not tell (OpenID Connect Session Management 1.0 §3.2).
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { browserState, sessionState } from './session-state.js';

const uri = 'https://app.example/cb?x=1';
const state = browserState('session-1');

test('is the hash that the iframe computes, with its salt behind it', () => {
  const hash = createHash('sha256').update(`app https://app.example ${state} salt`).digest('hex');
  expect(sessionState('app', uri, state, 'salt')).toBe(`${hash}.salt`);
});

test.each([
  ['client', sessionState('other', uri, state, 'salt')],
  ['origin', sessionState('app', 'https://app.example:8443/cb', state, 'salt')],
  ['session', sessionState('app', uri, browserState('session-2'), 'salt')],
  ['salt', sessionState('app', uri, state, 'pepper')],
])('changes with the %s', (_what, other) => {
  expect(other).not.toBe(sessionState('app', uri, state, 'salt'));
});

test.each(['com.app:/cb', 'not a uri'])('%s has no page that could ask', (redirectUri) => {
  expect(sessionState('app', redirectUri, state, 'salt')).toBeUndefined();
});

test('the cookie does not tell the session', () => {
  expect(state).not.toContain('session-1');
});
