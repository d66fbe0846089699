// `cardea keys audit verify`: whether the record of signatures is as it was written.
import type { Config } from '@cardea/service';

/**
 * @param anchor `ROWS:HASH` as an earlier run said
 * @throws {Error} naming the first broken row
 */
export async function auditVerify(
  config: Config,
  anchor: string | undefined,
  out: (text: string) => void,
): Promise<void> {
  const { verifyAudit } = await import('@cardea/keys');
  const { dropped, rows, head, broken, anchored } = await verifyAudit(
    config,
    anchor === undefined ? undefined : anchorOf(anchor),
  );
  if (broken !== undefined) {
    throw new Error(
      `the audit log is broken: ${broken}; the ${String(rows - dropped)} rows before it are as they were written`,
    );
  }
  if (dropped > 0) out(`rows 1 to ${String(dropped)} were kept long enough (keys.audit.retention) and are gone\n`);
  if (anchored === false)
    out(`the anchor is one of them: the log of the keys service names the hash they were closed by\n`);
  out(
    `${String(rows - dropped)} rows, each as it was written; keep this elsewhere and give it to --anchor next time:\n`,
  );
  out(`${String(rows)}:${head}\n`);
}

function anchorOf(text: string): { rows: number; head: string } {
  const [, rows, head] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (rows === undefined || head === undefined) throw new Error('--anchor must be ROWS:HASH as an earlier run said');
  return { rows: Number(rows), head };
}
