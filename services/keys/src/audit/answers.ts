// The first answers to the requests of the last minutes: sealed, so that the database alone gives no token away, and given again
// by whichever replica is asked (security §2.3, I04).
import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { Queryable } from '../registry/connection.js';

/** What was answered first under a request id. */
export interface FirstAnswer {
  readonly kid: string;
  /** SHA-256 of the signing input, hexadecimal. */
  readonly inputHash: string;
  /** Undefined where there was no secret to seal it with. */
  readonly sealed: Buffer | undefined;
}

/** By request id. */
export async function readAnswers(
  connection: Queryable,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, FirstAnswer>> {
  const { rows } = await connection.query<{
    readonly request_id: string;
    readonly kid: string;
    readonly input_hash: Buffer;
    readonly sealed: Buffer | null;
  }>('SELECT request_id, kid, input_hash, sealed FROM cardea_keys_audit.answer WHERE request_id = ANY($1::text[])', [
    requestIds,
  ]);
  return new Map(
    rows.map((row) => [
      row.request_id,
      {
        kid: row.kid,
        inputHash: row.input_hash.toString('hex'),
        sealed: row.sealed ?? undefined,
      } satisfies FirstAnswer,
    ]),
  );
}

/** What the record hides from whoever reads the database. */
export interface Veil {
  /** HMAC-SHA-256 of a subject, hexadecimal: the same for the same one, and nothing to guess it by. Empty without a secret. */
  subjectHash(subject: string): string;
  /** Seals the signatures of one commit, in their order. Undefined without a secret. */
  seal(signatures: readonly Uint8Array[]): readonly (Buffer | undefined)[];
  /** What each secret makes of it: the signature for the one that sealed it, noise for the others. */
  open(sealed: Buffer): readonly Buffer[];
}

const cipher = 'aes-256-ctr';
const blockBytes = 16;
const counterAt = 12;

/**
 * AES-256-CTR, one run of the cipher for all signatures of a commit, of which each has its own blocks. Nothing authenticates them:
 * a signature proves itself, and is verified before it is given again. A cipher or a hash for each costs as much as all the rest of
 * a row.
 *
 * @param secrets of 32 bytes or more; the first hides, all open
 * @param random of cryptographic quality
 */
export function createVeil(secrets: readonly Buffer[], random: (bytes: number) => Buffer): Veil {
  // Key objects: Node 24 needs 15 µs more for a cipher whose key comes as bytes.
  const keyFor = (secret: Buffer, purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `cardea keys audit ${purpose}`, 32)));
  const sealing = secrets.map((secret) => keyFor(secret, 'answer'));
  const [first] = sealing;
  const hashSubject = secrets[0] && subjectHasher(keyFor(secrets[0], 'subject'));

  return {
    subjectHash: (subject) => (hashSubject === undefined || subject === '' ? '' : hashSubject(subject)),
    seal(signatures) {
      if (first === undefined) return signatures.map(() => undefined);
      const blocks = signatures.map(({ length }) => Math.ceil(length / blockBytes));
      const plain = Buffer.alloc(blocks.reduce((sum, count) => sum + count, 0) * blockBytes);
      const start = random(blockBytes);
      start.writeUInt32BE(0, counterAt);
      let block = 0;
      const places = signatures.map((signature, index) => {
        const place = block;
        plain.set(signature, place * blockBytes);
        block += blocks[index] ?? 0;
        return place;
      });
      const stream = createCipheriv(cipher, first, start).update(plain);
      return signatures.map(({ length }, index) => {
        const place = places[index] ?? 0;
        const sealed = Buffer.allocUnsafe(blockBytes + length);
        start.copy(sealed);
        sealed.writeUInt32BE(place, counterAt);
        stream.copy(sealed, blockBytes, place * blockBytes, place * blockBytes + length);
        return sealed;
      });
    },
    open(sealed) {
      const [iv, body] = [sealed.subarray(0, blockBytes), sealed.subarray(blockBytes)];
      return iv.length < blockBytes ? [] : sealing.map((key) => createDecipheriv(cipher, key, iv).update(body));
    },
  };
}

const mostSubjects = 1_000;

/**
 * HMAC-SHA-256 (RFC 2104), remembered for the last subjects: a person's ID token and access token are signed one after the other, a
 * client's tokens all day, and a twentieth of a signature in software went into this alone.
 */
function subjectHasher(key: KeyObject): (subject: string) => string {
  const known = new Map<string, string>();
  return (subject) => {
    let hash = known.get(subject);
    if (hash === undefined) {
      hash = createHmac('sha256', key).update(subject).digest('hex');
      if (known.size === mostSubjects) known.clear();
      known.set(subject, hash);
    }
    return hash;
  };
}
