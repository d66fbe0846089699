// The whole table of the flow machine: every event in every state.
import { describe, expect, test } from '@jest/globals';
import type { FlowEvent, FlowState } from './flow.js';
import { flowTransition, stateAfter, statesBefore } from './flow.js';

const states: FlowState[] = [
  'requested',
  'login_accepted',
  'login_rejected',
  'consent_requested',
  'consent_accepted',
  'consent_rejected',
  'completed',
  'refused',
];
const early = 'not_answered';
const late = 'handled';
const [la, lr, cr, ca, cx, done, no] = states.slice(1) as [
  FlowState,
  FlowState,
  FlowState,
  FlowState,
  FlowState,
  FlowState,
  FlowState,
];

describe.each<[FlowEvent, string[]]>([
  //                        requested la     lr     cr    ca     cx     completed refused
  ['accept_login', [la, la, la, late, late, late, late, late]],
  ['reject_login', [lr, lr, lr, late, late, late, late, late]],
  ['use_login', [early, cr, early, late, late, late, late, late]],
  ['use_login_rejection', [early, early, no, late, late, late, late, late]],
  ['fail_login', [early, no, early, late, late, late, late, late]],
  ['accept_consent', [early, early, early, ca, ca, ca, late, late]],
  ['reject_consent', [early, early, early, cx, cx, cx, late, late]],
  ['use_consent', [early, early, early, early, done, early, late, late]],
  ['use_consent_rejection', [early, early, early, early, early, no, late, late]],
])('%s', (event, verdicts) => {
  test.each(states.map((state, index) => [state, verdicts[index]]))('in %s: %s', (state, verdict) => {
    const result = flowTransition(state as FlowState, event);
    expect('to' in result ? result.to : result.refused).toBe(verdict);
    expect(statesBefore(event).includes(state as FlowState)).toBe('to' in result);
    if ('to' in result) expect(stateAfter(event)).toBe(result.to);
  });
});
