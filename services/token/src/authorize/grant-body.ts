// What a grant remembers beside its columns, sealed: for the list of consents, and for the client's name of the person when
// a session ends (hydra-wire §2.6).
import type { Authorization, Claims } from '@cardea/oauth';
import type { Seal } from '../seal.js';
import type { FlowGrant, FlowLogin, FlowStart } from './flow-body.js';
import { decodeStart, encodeStart } from './flow-body.js';
import { uuidBytes } from './uuid.js';

/** Everything the request, the login and the consent said that is worth showing later. */
export interface GrantBody {
  readonly start: FlowStart;
  /** `sub` in what the client was given. */
  readonly clientSubject: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Any JSON value as text; empty when absent. */
  readonly contextJson: string;
  readonly accessTokenClaims: Claims;
  readonly idTokenClaims: Claims;
  /** Seconds; 0 means for ever. */
  readonly rememberSeconds: number;
}

export function sealGrantBody(
  seal: Seal,
  start: FlowStart,
  login: FlowLogin,
  granted: FlowGrant,
  { grantId, clientSubject }: Authorization,
): Buffer {
  const { acr, amr, contextJson } = login;
  const { accessTokenClaims, idTokenClaims, rememberSeconds } = granted;
  const told = { clientSubject, acr, amr, contextJson, accessTokenClaims, idTokenClaims, rememberSeconds };
  return seal.seal(uuidBytes(grantId), Buffer.from(JSON.stringify({ ...told, start: encodeStart(start) })));
}

/** Undefined when it cannot be opened: its system secret is gone, the row was changed, or an older version wrote it. */
export function openGrantBody(seal: Seal, grantId: string, sealed: Buffer): GrantBody | undefined {
  const plain = seal.open(uuidBytes(grantId), sealed);
  if (plain === undefined) return undefined;
  const { start, ...told } = JSON.parse(plain.toString()) as Omit<GrantBody, 'start'> & { start?: string };
  return start === undefined ? undefined : { ...told, start: decodeStart(start) };
}
