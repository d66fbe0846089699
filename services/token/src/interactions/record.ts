// What the audit record says of a decision that a login or consent app brought: for which client, what was granted, and whose it
// was by a keyed hash, so that the record names nobody by itself (docs/decisions/0091).
import { createHmac } from 'node:crypto';
import { deriveKeys } from '../seal.js';
import type { DecisionNote } from '../storage/flows.js';

/** What was decided about a flow. */
export interface Decided {
  readonly action: 'accept login' | 'reject login' | 'accept consent' | 'reject consent';
  readonly clientId: string;
  readonly flowId: Buffer;
  /** Undefined while nobody has logged in. */
  readonly subject: string | undefined;
  /** Granted scopes; empty for anything but an accepted consent. */
  readonly scopes: readonly string[];
  /** `error` of a rejection; empty for anything else. */
  readonly error: string;
}

/** The names that a person has on the record: one for each of the secrets under which it may have been written. */
export type NamesOnRecord = (subject: string) => readonly string[];

/** @param secrets `secrets.system`, newest first */
export function createNamesOnRecord(secrets: readonly string[]): NamesOnRecord {
  const keys = deriveKeys(secrets, 'audit subject');
  return (subject) =>
    keys.map((key) => {
      const hash = createHmac('sha256', key).update(subject).digest().subarray(0, hashBytes);
      return `subject:${hash.toString('base64url')}`;
    });
}

/** @returns undefined where decisions are not recorded */
export type NoteDecision = (decided: Decided) => DecisionNote | undefined;

const hashBytes = 16;
const longestTarget = 500;

/** @param secrets `secrets.system`, newest first */
export function createNoteDecision(secrets: readonly string[], recorded: boolean): NoteDecision {
  if (!recorded) return () => undefined;
  // The newest secret alone.
  const names = createNamesOnRecord(secrets.slice(0, 1));
  return ({ action, clientId, flowId, subject, scopes, error }) => {
    const said = [
      ['client_id', clientId],
      ['flow', flowId.toString('hex')],
      ['scope', scopes.join(' ')],
      ['error', error],
    ].filter(([, value]) => value !== '');
    return {
      action,
      actor: subject === undefined ? '' : (names(subject)[0] ?? ''),
      target: new URLSearchParams(said as [string, string][]).toString().slice(0, longestTarget),
    };
  };
}
