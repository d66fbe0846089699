// Says what this signer is, signed: backend, library, token and mechanisms, what each key may do, the algorithms it speaks, and
// where the record of signatures stands (issue 5 "Audit"; security §2.3).
import { jwsAlgorithms } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { ChainHead } from './audit/chain.js';
import type { KeyBackend } from './backend.js';
import type { KeyRing, PublishedKey } from './key-ring.js';
import { attestation } from './policy/purpose.js';
import type { Signer, SignerCall } from './signer.js';
import { cannotSign } from './unavailable.js';

/**
 * @param nonce comes back in it; empty leaves it out
 * @returns a compact JWS
 * @throws {OAuthError} temporarily_unavailable
 */
export type Attest = (nonce: string, call: SignerCall) => Promise<string>;

export function createAttest(options: {
  sign: Signer;
  ring: KeyRing;
  backend: KeyBackend;
  issuer: string;
  /** Where the record of signatures stands; undefined where there is none. */
  readHead: () => Promise<ChainHead | undefined>;
  /** Milliseconds since the epoch. */
  now: () => number;
  random: (bytes: number) => Buffer;
}): Attest {
  const { sign, ring, backend, issuer, readHead, now, random } = options;

  const described = async (keys: readonly PublishedKey[]) => {
    const own = keys.map(({ stored }) => stored).filter((stored) => stored.backend === backend.kind);
    try {
      return await backend.describe(own);
    } catch (error) {
      throw cannotSign('the backend cannot be described', error);
    }
  };

  return async (nonce, call) => {
    const keys = ring.published();
    // One that every verifier knows.
    const signing = keys.find(
      ({ stored, state }) =>
        stored.keySet === attestation.keySet && state === 'current' && jwsAlgorithms.has(stored.algorithm),
    );
    if (signing === undefined) throw cannotSign(`no key of key set ${attestation.keySet} signs now`);
    const { facts, attributes } = await described(keys);
    const head = await readHead();
    const jti = random(16).toString('hex');
    const claims = {
      ...{ iss: issuer, iat: Math.floor(now() / 1000), jti, nonce: nonce === '' ? undefined : nonce },
      software: { name: 'cardea', node: process.version, platform: `${process.platform}-${process.arch}` },
      backend: { kind: backend.kind, ...facts },
      algorithms: [...jwsAlgorithms.values()].map(({ name, keyType, curve }) => ({
        alg: name,
        kty: keyType,
        crv: curve,
      })),
      keys: keys.map(({ stored, state }) => ({
        ...{ kid: stored.kid, key_set: stored.keySet, alg: stored.algorithm, state, backend: stored.backend },
        ...{ activates_at: new Date(stored.activatesAt).toISOString(), jkt: thumbprint(stored.jwk) },
        attributes: attributes.get(stored.kid),
      })),
      record: head === undefined ? { enabled: false } : { enabled: true, rows: head.sequence, head: head.hash },
    };
    return sign({ requestId: jti, purpose: attestation, algorithm: signing.stored.algorithm, claims }, call);
  };
}

/** RFC 7638 §3.2, RFC 8037 §2. */
function thumbprint(jwk: JsonWebKey): string {
  const members = ['alg', 'crv', 'e', 'kty', 'n', 'pub', 'x', 'y'];
  const needed = members.filter((name) => jwk[name] !== undefined && (name !== 'alg' || jwk.kty === 'AKP'));
  const text = JSON.stringify(Object.fromEntries(needed.map((name) => [name, jwk[name]])));
  return createHash('sha256').update(text).digest('base64url');
}
