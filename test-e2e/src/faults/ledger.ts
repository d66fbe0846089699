// INV6: whatever was signed is in the signers' record, once, and the record is as it was written (security §4).
import { createHash } from 'node:crypto';
import type { House } from './house.js';
import type { Breach } from './invariants.js';

/** A JWT somebody was given. */
export interface Signed {
  readonly name: string;
  /** SHA-256 of what was signed, in hexadecimal. */
  readonly input: string;
}

/** @param jwt compact; undefined when it is none */
export function signedInput(jwt: string): string | undefined {
  const [header, claims, signature, more] = jwt.split('.');
  if (claims === undefined || signature === undefined || more !== undefined) return undefined;
  return createHash('sha256')
    .update(`${header ?? ''}.${claims}`)
    .digest('hex');
}

/** @param signed all that was given so far */
export async function judgeLedger(house: House, signed: readonly Signed[]): Promise<Breach[]> {
  const rows = await house.postgres.sql(
    `SELECT encode(input_hash, 'hex') AS input, count(*)::int AS count FROM cardea_keys_audit.signature GROUP BY input_hash`,
  );
  const counts = new Map(rows.map((row) => [String(row['input']), Number(row['count'])]));
  const broken = await house.cardea('keys-1', ['keys', 'audit', 'verify']).then(
    () => [],
    (error: unknown) => [breachOf('the record of signatures', (error as Error).message.slice(-300))],
  );
  return [...broken, ...judgeCounts(signed, counts)];
}

/** @param counts how often the record has each input */
export function judgeCounts(signed: readonly Signed[], counts: ReadonlyMap<string, number>): Breach[] {
  return signed.flatMap(({ name, input }) => {
    const count = counts.get(input) ?? 0;
    return count === 1 ? [] : [breachOf(name, `${name} is in the record of signatures ${String(count)} times`)];
  });
}

const breachOf = (subject: string, sentence: string): Breach => ({ invariant: 'INV6', subject, sentence, history: [] });
