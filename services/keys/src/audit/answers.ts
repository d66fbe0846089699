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

/** What the record hides from whoever reads the database. */
export interface Veil {
  /** HMAC-SHA-256 of a subject: the same for the same one, and nothing to guess it by. Empty without a secret. */
  subjectHash(subject: string): Buffer;
  /** Seals a signature for whoever makes the same request again. Undefined without a secret. */
  seal(requestId: string, inputHash: Buffer, signature: Uint8Array): Buffer | undefined;
  /** Undefined when no secret of ours sealed it. */
  open(requestId: string, inputHash: Buffer, sealed: Buffer): Buffer | undefined;
}

const ivBytes = 12;
const tagBytes = 16;
const none = Buffer.alloc(0);

/**
 * @param secrets of 32 bytes or more; the first hides, all open
 * @param random of cryptographic quality
 */
export function createVeil(secrets: readonly Buffer[], random: (bytes: number) => Buffer): Veil {
  const keyFor = (secret: Buffer, purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `cardea keys audit ${purpose}`, 32));
  const sealing = secrets.map((secret) => keyFor(secret, 'answer'));
  const [first] = sealing;
  const subjects = secrets[0] && keyFor(secrets[0], 'subject');
  /** What a value belongs to: moved to another row it does not open. */
  const belonging = (requestId: string, inputHash: Buffer) => Buffer.concat([inputHash, Buffer.from(requestId)]);

  return {
    subjectHash: (subject) =>
      subjects === undefined || subject === '' ? none : createHmac('sha256', subjects).update(subject).digest(),
    seal(requestId, inputHash, signature) {
      if (first === undefined) return undefined;
      const iv = random(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', first, iv).setAAD(belonging(requestId, inputHash));
      return Buffer.concat([iv, cipher.update(signature), cipher.final(), cipher.getAuthTag()]);
    },
    open(requestId, inputHash, sealed) {
      const [iv, body, tag] = [
        sealed.subarray(0, ivBytes),
        sealed.subarray(ivBytes, -tagBytes),
        sealed.subarray(-tagBytes),
      ];
      for (const key of sealing) {
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
          decipher.setAAD(belonging(requestId, inputHash)).setAuthTag(tag);
          return Buffer.concat([decipher.update(body), decipher.final()]);
        } catch {
          // Another secret sealed it, or it was tampered with.
        }
      }
      return undefined;
    },
  };
}
