// From a statement to a compact JWT: the key of the hour, the header, the claims, one signature (RFC 7515 §5.1).
import { claimsSegment, compactJws, headerSegment, OAuthError, signingInput } from '@cardea/oauth';
import { hash } from 'node:crypto';
import type { KeyBackend } from './backend.js';
import type { KeyRing } from './key-ring.js';
import { refuse } from './policy/checks.js';
import { longestClaims } from './policy/claims-json.js';
import { attestation } from './policy/purpose.js';
import type { Statement } from './policy/statement.js';
import { createReplayMemory } from './replay-memory.js';
import { verifies } from './verifies.js';

/** What came of a statement, told before the JWT leaves. */
export interface SignatureRecord {
  readonly statement: Statement;
  readonly kid: string;
  /** What was signed. */
  readonly input: string;
  readonly signature: Uint8Array;
  /** Certificate name of who asked; empty on plain transport. */
  readonly caller: string;
  /** How many more are being made meanwhile. */
  readonly underWay: number;
}

/** The first signature under a request id, which another replica may have made. */
export interface FirstSignature {
  readonly kid: string;
  /** SHA-256 of what was signed, hexadecimal. */
  readonly inputHash: string;
  /** One of these it is, if any: the one that verifies. */
  readonly signatures: readonly Uint8Array[];
}

interface Signed {
  readonly kid: string;
  readonly typ: string;
  readonly algorithm: string;
  readonly jwt: string;
}

/** @throws {OAuthError} invalid_request, conflict or temporarily_unavailable */
export type Signer = (statement: Statement, call: SignerCall) => Promise<string>;

export interface SignerCall {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** Certificate name of who asks; undefined on plain transport. */
  readonly caller: string | undefined;
}

/** Some 15 MB of JWTs at most, where nothing else knows what was answered. */
const generation = 8_192;
/** Where the record does, these are for callers that were cut off a moment ago: 2 MB. */
const shortGeneration = 1_024;
// Longer than a statement stays acceptable: `iat` may be a minute early and a minute late.
const generationMillis = 120_000;
/** base64url of the longest claims. */
const longestSegment = Math.ceil((longestClaims * 4) / 3);

export function createSigner(options: {
  ring: KeyRing;
  backend: KeyBackend;
  now: () => number;
  /**
   * Settles before the JWT is answered; a rejection withholds it.
   *
   * @returns the first signature under the request id, when this is not it
   */
  record: (signature: SignatureRecord) => Promise<FirstSignature | undefined>;
  /** Whether `record` returns it whoever made it, for as long as a statement is acceptable. */
  recordAnswersAgain?: boolean;
}): Signer {
  const { ring, backend, now, record, recordAnswersAgain = false } = options;
  const remembered = recordAnswersAgain ? shortGeneration : generation;
  const memory = createReplayMemory<Signed>({ generation: remembered, generationMillis, now });
  let underWay = 0;

  const sign = async (statement: Statement, claims: string, call: SignerCall): Promise<Signed> => {
    const { purpose, algorithm } = statement;
    const key = ring.signing(purpose.keySet, algorithm);
    const { kid } = key.stored;
    const input = signingInput(key.header(purpose.typ), claims);
    let signature: Uint8Array | undefined;
    underWay++;
    try {
      signature = await backend.sign(key.stored, input, call.deadline);
    } catch (error) {
      if (!ring.ended(kid)) throw error;
    } finally {
      underWay--;
    }
    // Ended while it waited for the token: the key that signs in its place has its turn, if there is one.
    if (signature === undefined || ring.ended(kid)) return sign(statement, claims, call);
    key.signedAt = now();
    const first = await record({ statement, kid, input, signature, caller: call.caller ?? '', underWay });
    const jwt = first === undefined ? compactJws(input, signature) : answeredFirst(ring, statement, claims, first);
    return { kid: first?.kid ?? kid, typ: purpose.typ, algorithm, jwt };
  };

  return async (statement, call) => {
    const { purpose, algorithm, requestId } = statement;
    const claims = claimsSegment(statement.claims);
    // What the signer says of itself is as long as its keys are many; nobody else words it.
    if (claims.length > longestSegment && purpose !== attestation)
      refuse(`the claims weigh more than ${String(longestClaims)} bytes`);
    const same = (first: Signed) =>
      first.typ === purpose.typ && first.algorithm === algorithm && first.jwt.split('.')[1] === claims;
    const { kid, jwt } = await memory.once(requestId, same, () => sign(statement, claims, call));
    // What was signed before is given out no more either: whoever asks anew has it signed by another key.
    ring.release(kid);
    return jwt;
  };
}

/** The JWT of the first signature, if it is one of this very statement; ours, made meanwhile, is never seen by anybody. */
function answeredFirst(ring: KeyRing, statement: Statement, claims: string, first: FirstSignature): string {
  const { purpose, algorithm } = statement;
  const input = signingInput(headerSegment({ alg: algorithm, kid: first.kid, typ: purpose.typ }), claims);
  if (hash('sha256', input) !== first.inputHash) {
    throw new OAuthError('conflict', 'This request_id was used for another request.');
  }
  const key = ring.published().find(({ stored }) => stored.kid === first.kid)?.stored;
  const signature = key && first.signatures.find((candidate) => verifies(key, input, candidate));
  if (signature === undefined) {
    throw new OAuthError('conflict', 'This request_id was used before, and its answer cannot be given again.');
  }
  return compactJws(input, signature);
}
