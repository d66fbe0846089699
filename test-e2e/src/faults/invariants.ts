// The invariants as functions over histories (security §4): what no answer may say, whatever was dying at that moment. Intervals
// overlap, so every rule gives the server the benefit of each order in which two answers may have come about.
import type { Ask, End, Memory, OnceHistory, Presentation, TokenHistory } from './history.js';
import { endsOf } from './history.js';

export type Invariant = 'INV1' | 'INV2' | 'INV3' | 'INV4' | 'INV5' | 'INV6';

/** A broken invariant, and the history of the one thing that broke it, a line an event. */
export interface Breach {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly sentence: string;
  readonly history: readonly string[];
}

/** What a fault may cause besides refusals. */
export interface Allowance {
  /** Whether questions may be refused with 503, or which. */
  readonly refuse: boolean | readonly string[];
  /** Whether connections may break. */
  readonly lose: boolean;
  /** Whether an answer may be later than the client's patience: what it asked is frozen. */
  readonly hang: boolean;
}

/** Clocks of seconds in tokens, of milliseconds here. */
const expirySlackMillis = 1_500;

/** INV1, no loss: dead only when something may have ended it. INV2, no resurrection: dead for good once we were told. */
export function judgeToken(token: TokenHistory): Breach[] {
  const ends = endsOf(token);
  const told = Math.min(...ends.map((end) => end.told ?? Infinity));
  const breach = (invariant: Invariant, sentence: string): Breach => ({
    invariant,
    subject: token.name,
    sentence,
    history: tell(token),
  });
  return token.sightings.flatMap((seen) => {
    if (seen.verdict === 'live') {
      if (seen.sent <= told) return [];
      return [
        breach('INV2', `${seen.by} called ${token.name} alive ${String(seen.sent - told)} ms after its end was told`),
      ];
    }
    const explained =
      ends.some((end) => end.sent <= seen.answered) || seen.answered > token.expires - expirySlackMillis;
    return explained ? [] : [breach('INV1', `${seen.by} called ${token.name} dead, and nothing has ended it`)];
  });
}

/**
 * INV3, single use: at most one presentation wins, and of a refresh token all that win bring the same successor. INV4: `invalid`
 * only when somebody else may have used it. INV2: nothing wins once its family's end was told.
 *
 * @param graceMillis how long a used refresh token still answers its client
 */
export function judgeOnce(once: OnceHistory, graceMillis: number): Breach[] {
  const { presentations } = once;
  const ends = once.family?.ends ?? [];
  const told = Math.min(...ends.map((end) => end.told ?? Infinity));
  const won = presentations.filter(({ outcome }) => outcome === 'won');
  const breach = (invariant: Invariant, sentence: string): Breach => ({
    invariant,
    subject: once.name,
    sentence,
    history: [...presentations.map(linePresented), ...ends.flatMap(lineEnd)],
  });
  const results = once.kind === 'refresh' ? new Set(won.map(({ brought }) => brought)).size : won.length;
  return [
    ...(results > 1 ? [breach('INV3', `${once.name} was good for ${String(results)} results`)] : []),
    ...won
      .filter(({ sent }) => sent > told)
      .map(({ by }) => breach('INV2', `${by} took ${once.name} after the end of its family was told`)),
    ...presentations
      .filter((one) => one.outcome === 'invalid' && !mayBeInvalid(one, once, ends, graceMillis))
      .map(({ by }) => breach('INV4', `${by} called ${once.name} invalid, and nobody had used it`)),
  ];
}

function mayBeInvalid(one: Presentation, once: OnceHistory, ends: readonly End[], graceMillis: number): boolean {
  if (ends.some((end) => end.sent <= one.answered)) return true;
  const others = once.presentations.filter((other) => other !== one && other.outcome !== 'invalid');
  const first = Math.min(...others.map(({ sent }) => sent));
  // Inside the window the same client gets the same successor; its first use can not have been before it was sent.
  return once.kind === 'refresh' ? one.answered - first > graceMillis : first <= one.answered;
}

/** INV4, honest answers, and INV5, bounded ones, as far as a single answer shows them. */
export function judgeAsk(ask: Ask, may: Allowance): Breach[] {
  const breach = (invariant: Invariant, sentence: string): Breach => ({
    invariant,
    subject: `${ask.what} at ${ask.by}`,
    sentence,
    history: [`${clock(ask.sent)} ${ask.what} at ${ask.by}, ${String(ask.answered - ask.sent)} ms: ${outcomeOf(ask)}`],
  });
  if (ask.flaw !== undefined) return [breach('INV4', `${ask.what} at ${ask.by}: ${ask.flaw}`)];
  if (ask.outcome === 'late' && !may.hang) return [breach('INV5', `${ask.what} at ${ask.by} was not answered in time`)];
  if (ask.outcome === 'lost' && !may.lose) return [breach('INV4', `${ask.what} at ${ask.by} lost its connection`)];
  const refusable = typeof may.refuse === 'boolean' ? may.refuse : may.refuse.includes(ask.what);
  if (ask.outcome === 'refused' && !refusable) return [breach('INV4', `${ask.what} at ${ask.by} was refused`)];
  return [];
}

/** Judges everything a client remembers. */
export const judgeMemory = (memory: Memory, graceMillis: number): Breach[] => [
  ...memory.tokens.flatMap(judgeToken),
  ...memory.onces.flatMap((once) => judgeOnce(once, graceMillis)),
];

const outcomeOf = (ask: Ask) => [ask.outcome, ask.status, ask.flaw].filter((part) => part !== undefined).join(' ');
const clock = (millis: number) => new Date(millis).toISOString().slice(11, 23);
const span = ({ sent, answered }: { sent: number; answered: number }) => `${clock(sent)} – ${clock(answered)}`;
const linePresented = (one: Presentation) =>
  `${span(one)} presented to ${one.by}: ${one.outcome}${one.brought === undefined ? '' : `, brought ${one.brought}`}`;
const lineEnd = (end: End) => [
  `${clock(end.sent)} ${end.by}: asked`,
  ...(end.told === undefined ? [] : [`${clock(end.told)} ${end.by}: acknowledged`]),
];

/** The history of a token, in the order of time. */
function tell(token: TokenHistory): string[] {
  const { family } = token;
  return [
    `${span(token.born)} issued${family === undefined ? '' : ` in ${family.name}`}`,
    ...endsOf(token).flatMap(lineEnd),
    ...token.sightings.map((seen) => `${span(seen)} ${seen.by}: ${seen.verdict}`),
  ].sort();
}
