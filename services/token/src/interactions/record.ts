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

/** @returns undefined where decisions are not recorded */
export type NoteDecision = (decided: Decided) => DecisionNote | undefined;

const hashBytes = 16;
const longestTarget = 500;

/** @param secrets `secrets.system`, newest first */
export function createNoteDecision(secrets: readonly string[], recorded: boolean): NoteDecision {
  const [key] = deriveKeys(secrets, 'audit subject');
  if (!recorded || key === undefined) return () => undefined;
  return ({ action, clientId, flowId, subject, scopes, error }) => {
    const said = [
      ['client_id', clientId],
      ['flow', flowId.toString('hex')],
      ['scope', scopes.join(' ')],
      ['error', error],
    ].filter(([, value]) => value !== '');
    const hash = subject === undefined ? '' : createHmac('sha256', key).update(subject).digest().subarray(0, hashBytes);
    return {
      action,
      actor: hash === '' ? '' : `subject:${hash.toString('base64url')}`,
      target: new URLSearchParams(said as [string, string][]).toString().slice(0, longestTarget),
    };
  };
}
