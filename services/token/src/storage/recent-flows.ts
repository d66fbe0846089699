// Flow rows as this process last stored or read them, for steps whose own statement decides: these need not read the row first,
// which saves three of a flow's six reads (docs/decisions/0041).
import { stateAfter } from '@cardea/oauth';
import { timingSafeEqual } from 'node:crypto';
import { ownBytes } from '../own-bytes.js';
import { createShortMemory } from '../short-memory.js';
import type { FlowRef, FlowRow, Flows } from './flows.js';

/** Rows of one period that are remembered; of the others nothing is lost but a read. */
const mostRemembered = 512;
/** Whoever logs in by hand takes longer now and then; flows that nobody finishes go. */
const rememberMillis = 60_000;
/** Bytes of a body. A consent app may grant a megabyte of claims: a thousand of those would be all the memory there is. */
const longestRemembered = 16 * 1024;

const nameOf = ({ id }: FlowRef) => id.toString('latin1');
const keepable = (row: FlowRow): FlowRow => ({
  ...row,
  browser: ownBytes(row.browser),
  verifierKey: row.verifierKey && ownBytes(row.verifierKey),
  body: ownBytes(row.body),
});

/** The same flows, which can recall what they last stored or read. */
export function recallingFlows(flows: Omit<Flows, 'recall'>): Flows {
  const recent = createShortMemory<FlowRow>({
    ...{ millis: rememberMillis, most: mostRemembered, now: () => performance.now() },
  });
  const remember = (ref: FlowRef, row: FlowRow): void => {
    if (row.body.length <= longestRemembered) recent.keep(nameOf(ref), keepable(row));
    else recent.forget(nameOf(ref));
  };
  /** What a step made of the row; a step that lost tells that the row is another by now. */
  const change = (ref: FlowRef, done: boolean, changed: Partial<FlowRow>): boolean => {
    const known = recent.get(nameOf(ref));
    if (!done) recent.forget(nameOf(ref));
    else if (known !== undefined) remember(ref, { ...known, ...changed });
    return done;
  };

  return {
    ...flows,
    recall(ref, verifierKey) {
      const row = recent.get(nameOf(ref));
      if (row === undefined) return undefined;
      const waitsFor = row.verifierKey;
      if (waitsFor === null || verifierKey === null) return waitsFor === verifierKey ? row : undefined;
      return timingSafeEqual(waitsFor, verifierKey) ? row : undefined;
    },
    async find(ref) {
      const row = await flows.find(ref);
      if (row !== undefined) remember(ref, row);
      return row;
    },
    async answerLogin(event, ref, answer) {
      const done = await flows.answerLogin(event, ref, answer);
      const { clientId, browser, verifierKey, body } = answer;
      if (done) remember(ref, { state: stateAfter(event), clientId, browser, verifierKey, body });
      return done;
    },
    async useLogin(ref, proof, next, session, former) {
      const done = await flows.useLogin(ref, proof, next, session, former);
      const { browser, body } = next;
      return change(ref, done, { state: stateAfter('use_login'), verifierKey: null, browser, ...(body && { body }) });
    },
    async answerConsent(event, ref, answer, mode) {
      const done = await flows.answerConsent(event, ref, answer, mode);
      const { verifierKey, body } = answer;
      return change(ref, done, { state: stateAfter(event), verifierKey, body });
    },
    async refuse(event, ref, proof) {
      recent.forget(nameOf(ref));
      return flows.refuse(event, ref, proof);
    },
    async complete(ref, ...rest) {
      recent.forget(nameOf(ref));
      return flows.complete(ref, ...rest);
    },
  };
}
