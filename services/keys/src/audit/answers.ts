// The first answers to the requests of the last minutes: sealed, so that the database alone gives no token away, and given again
// by whichever replica is asked (security §2.3, I04).
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Queryable } from '../registry/connection.js';

/** What was answered first under a request id. */
export interface FirstAnswer {
  readonly kid: string;
  /** SHA-256 of the signing input. */
  readonly inputHash: Buffer;
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
      { kid: row.kid, inputHash: row.input_hash, sealed: row.sealed ?? undefined } satisfies FirstAnswer,
    ]),
  );
}

/** A signature to be given again to whoever makes the same request. */
export interface Answer {
  readonly requestId: string;
  /** SHA-256 of the signing input. */
  readonly inputHash: Buffer;
  readonly signature: Uint8Array;
}

/** What the record hides from whoever reads the database. */
export interface Veil {
  /** HMAC-SHA-256 of a subject: the same for the same one, and nothing to guess it by. Empty without a secret. */
  subjectHash(subject: string): Buffer;
  /** Seals answers, in their order. Undefined without a secret. */
  seal(answers: readonly Answer[]): readonly (Buffer | undefined)[];
  /** Undefined when no secret of ours sealed it, or it belongs to another request. */
  open(requestId: string, inputHash: Buffer, sealed: Buffer): Buffer | undefined;
}

const cipher = 'aes-256-ctr';
const blockBytes = 16;
const counterAt = 12;
const tagBytes = 16;
const none = Buffer.alloc(0);

interface SealKeys {
  readonly encryption: Buffer;
  readonly tag: (iv: Buffer, requestId: string, inputHash: Buffer, body: Buffer) => Buffer;
}

/**
 * AES-256-CTR and then HMAC-SHA-256: one run of the cipher for all answers of a commit, of which each has its own blocks. A cipher
 * for each, as GCM wants it, costs as much as all the rest of a row.
 *
 * @param secrets of 32 bytes or more; the first hides, all open
 * @param random of cryptographic quality
 */
export function createVeil(secrets: readonly Buffer[], random: (bytes: number) => Buffer): Veil {
  const keyFor = (secret: Buffer, purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `cardea keys audit ${purpose}`, 32));
  const sealing = secrets.map((secret): SealKeys => {
    const authenticate = createKeyedHash(keyFor(secret, 'answer tag'));
    return {
      encryption: keyFor(secret, 'answer'),
      // The first two have a fixed length, and an id has no NUL: no two answers have the same text.
      tag: (iv, requestId, inputHash, body) =>
        authenticate(Buffer.concat([iv, inputHash, Buffer.from(`${requestId}\0`), body])).subarray(0, tagBytes),
    };
  });
  const [first] = sealing;
  const hashSubject = secrets[0] && createKeyedHash(keyFor(secrets[0], 'subject'));

  return {
    subjectHash: (subject) => (hashSubject === undefined || subject === '' ? none : hashSubject(Buffer.from(subject))),
    seal(answers) {
      if (first === undefined) return answers.map(() => undefined);
      const start = random(blockBytes);
      start.writeUInt32BE(0, counterAt);
      const blocks = answers.map(({ signature }) => Math.ceil(signature.length / blockBytes));
      const padded = answers.map(({ signature }, index) =>
        Buffer.concat([signature], blockBytes * (blocks[index] ?? 0)),
      );
      const stream = createCipheriv(cipher, first.encryption, start).update(Buffer.concat(padded));
      let block = 0;
      return answers.map(({ requestId, inputHash, signature }, index) => {
        const iv = Buffer.from(start);
        iv.writeUInt32BE(block, counterAt);
        const body = stream.subarray(block * blockBytes, block * blockBytes + signature.length);
        block += blocks[index] ?? 0;
        return Buffer.concat([iv, body, first.tag(iv, requestId, inputHash, body)]);
      });
    },
    open(requestId, inputHash, sealed) {
      const iv = sealed.subarray(0, blockBytes);
      const body = sealed.subarray(blockBytes, -tagBytes);
      const tag = sealed.subarray(-tagBytes);
      const found = sealing.find((keys) => keys.tag(iv, requestId, inputHash, body).equals(tag));
      return found && createDecipheriv(cipher, found.encryption, iv).update(body);
    },
  };
}

/** HMAC-SHA-256 (RFC 2104). */
const createKeyedHash = (key: Buffer) => (message: Buffer) => createHmac('sha256', key).update(message).digest();
