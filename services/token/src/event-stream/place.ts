// Places in the audit stream as texts, which sort as the stream does.
import type { StreamPlace } from '../storage/event-outbox.js';

const digits = 20;

export const placeText = ({ xid, sequence }: StreamPlace): string =>
  `${xid.padStart(digits, '0')}-${String(sequence).padStart(digits, '0')}`;

/** Undefined for anything that is no place. */
export function placeOf(text: string): StreamPlace | undefined {
  const [, xid, sequence] = /^(\d{20})-(\d{20})$/.exec(text) ?? [];
  if (xid === undefined || sequence === undefined) return undefined;
  const number = Number(sequence);
  // What PostgreSQL cannot read either.
  if (BigInt(xid) >= 1n << 64n || !Number.isSafeInteger(number)) return undefined;
  return { xid: xid.replace(/^0+(?=\d)/, ''), sequence: number };
}
