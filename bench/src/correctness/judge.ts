// What answers may say to a code or a refresh token that was presented more than once, while the services that decide are killed:
// one winner (RFC 6749 §4.1.2), one successor (§6), and nothing but 503 where nobody knows.
import type { HttpAnswer } from '../load/http-text.js';
import { headersOf } from '../load/http-text.js';

/** One answer, or none. */
export interface Heard {
  readonly kind: 'given' | 'refused' | 'unknown' | 'wrong';
  /** Of what was given. */
  readonly access: string;
  readonly refresh: string;
  /** What is wrong with it. */
  readonly flaw?: string;
}

/** Every status but these three is wrong, and so is a 503 that does not say when to come again. */
export function hear(answer: HttpAnswer | Error): Heard {
  const wrong = (flaw: string): Heard => ({ kind: 'wrong', access: '', refresh: '', flaw });
  if (answer instanceof Error) return wrong(`no answer: ${answer.message}`);
  const text = answer.body.toString();
  const said = `${String(answer.status)}: ${text.slice(0, 200)}`;
  if (answer.status === 503) {
    const [seconds = ''] = headersOf(answer, 'Retry-After');
    return /^\d+$/.test(seconds) ? { kind: 'unknown', access: '', refresh: '' } : wrong(`no Retry-After with ${said}`);
  }
  const members = membersOf(text);
  const [access, refresh] = [members['access_token'], members['refresh_token']];
  if (answer.status === 200 && typeof access === 'string' && typeof refresh === 'string')
    return { kind: 'given', access, refresh };
  if (answer.status === 400 && members['error'] === 'invalid_grant')
    return { kind: 'refused', access: '', refresh: '' };
  return wrong(said);
}

function membersOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const flawsOf = (heard: readonly Heard[]): string[] => heard.flatMap(({ flaw }) => (flaw === undefined ? [] : [flaw]));
const count = (heard: readonly Heard[], kind: Heard['kind']): number => heard.filter((one) => one.kind === kind).length;

/** @param heard all that was answered to one code @returns what is wrong with it */
export function judgeCode(heard: readonly Heard[]): string[] {
  const given = count(heard, 'given');
  return [
    ...flawsOf(heard),
    ...(given > 1 ? [`a code was redeemed ${String(given)} times`] : []),
    ...(given === 0 && count(heard, 'refused') > 0 && count(heard, 'unknown') === 0
      ? ['a code was called used, and nobody can have used it']
      : []),
  ];
}

/** @param heard all that was answered to one refresh token within its grace period @returns what is wrong with it */
export function judgeRefresh(heard: readonly Heard[]): string[] {
  const given = heard.filter(({ kind }) => kind === 'given');
  const successors = new Set(given.map(({ access, refresh }) => `${access} ${refresh}`)).size;
  return [
    ...flawsOf(heard),
    ...(successors > 1 ? [`a refresh token had ${String(successors)} successors`] : []),
    ...(count(heard, 'refused') > 0 ? ['a refresh token was called invalid by nobody’s doing'] : []),
  ];
}

/** What introspection says of the tokens of an answer, afterwards. */
export interface Seen {
  readonly accessActive: boolean;
  readonly refreshActive: boolean;
  /** Whether their code was presented again, which may end what came of it (RFC 6749 §4.1.2). */
  readonly mayBeEnded: boolean;
}

/** @returns what is wrong with it */
export function judgeSeen({ accessActive, refreshActive, mayBeEnded }: Seen): string[] {
  if (accessActive !== refreshActive) return ['of what one answer gave, one part is active and one is not'];
  return accessActive || mayBeEnded ? [] : ['what an answer gave is not active, and nothing has ended it'];
}
