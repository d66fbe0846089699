// The authorization flow as a state machine: (state, event) -> state or refusal. Storage turns the same table into
// conditions of its UPDATE statements, so the database and the rules cannot disagree (ARCHITECTURE §5).

/**
 * - `requested`: sealed in the login_challenge, no row yet
 * - `login_accepted`, `login_rejected`: the login app answered, the browser has not come back
 * - `consent_requested`: the login was used, the consent app has not answered
 * - `consent_accepted`, `consent_rejected`: it answered, the browser has not come back
 * - `completed`: the client has its answer; `refused`: the client has its error
 */
export type FlowState =
  | 'requested'
  | 'login_accepted'
  | 'login_rejected'
  | 'consent_requested'
  | 'consent_accepted'
  | 'consent_rejected'
  | 'completed'
  | 'refused';

/** What moves a flow. `use_*` are returns of the browser, `fail_login` is a login that came too weak for the request. */
export type FlowEvent =
  | 'accept_login'
  | 'reject_login'
  | 'use_login'
  | 'use_login_rejection'
  | 'fail_login'
  | 'accept_consent'
  | 'reject_consent'
  | 'use_consent'
  | 'use_consent_rejection';

/** Why an event is refused: it came too early, or after the step was used. */
export type FlowRefusal = 'not_answered' | 'handled';

const flowOrder: Record<FlowState, number> = {
  requested: 0,
  login_accepted: 1,
  login_rejected: 1,
  consent_requested: 2,
  consent_accepted: 3,
  consent_rejected: 3,
  completed: 4,
  refused: 4,
};

interface FlowStep {
  readonly from: readonly FlowState[];
  readonly to: FlowState;
}

const flowTable: Record<FlowEvent, FlowStep> = {
  // The apps may answer again until the browser has come back; the last answer counts.
  accept_login: { from: ['requested', 'login_accepted', 'login_rejected'], to: 'login_accepted' },
  reject_login: { from: ['requested', 'login_accepted', 'login_rejected'], to: 'login_rejected' },
  use_login: { from: ['login_accepted'], to: 'consent_requested' },
  use_login_rejection: { from: ['login_rejected'], to: 'refused' },
  fail_login: { from: ['login_accepted'], to: 'refused' },
  accept_consent: { from: ['consent_requested', 'consent_accepted', 'consent_rejected'], to: 'consent_accepted' },
  reject_consent: { from: ['consent_requested', 'consent_accepted', 'consent_rejected'], to: 'consent_rejected' },
  use_consent: { from: ['consent_accepted'], to: 'completed' },
  use_consent_rejection: { from: ['consent_rejected'], to: 'refused' },
};

/** Where the event leads from this state, or why it does not happen. */
export function flowTransition(state: FlowState, event: FlowEvent): { to: FlowState } | { refused: FlowRefusal } {
  const step = flowTable[event];
  if (step.from.includes(state)) return { to: step.to };
  const latest = Math.max(...step.from.map((from) => flowOrder[from]));
  return { refused: flowOrder[state] > latest ? 'handled' : 'not_answered' };
}

/** The states an event may happen in, for the WHERE clause that decides it. */
export function statesBefore(event: FlowEvent): readonly FlowState[] {
  return flowTable[event].from;
}

/** The state an event leads to. */
export function stateAfter(event: FlowEvent): FlowState {
  return flowTable[event].to;
}
