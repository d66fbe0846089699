// Entries of the audit log for tests, and the log as somebody who owns its tables could change it.
import type { TestDatabase } from '../database.fixture.js';
import { newKek, quietLog, sealedConfig } from '../database.fixture.js';
import type { AuditLog } from './audit-log.js';
import { openAuditLog } from './audit-log.js';
import type { AuditEntry, AuditRow, ChainHead } from './chain.js';
import { chainHashes } from './chain.js';
import type { Anchor, AuditVerdict } from './verify.js';
import { verifyAudit } from './verify.js';

export function entry(requestId: string, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    ...{ signedAt: 1_700_000_000_123, caller: 'spiffe://cardea/token', requestId, purpose: 'id_token', kid: 'k' },
    ...{ algorithm: 'ES256', inputHash: '07'.repeat(32), tokenId: `jti-${requestId}`, clientId: 'app' },
    ...{ outcome: 'signed', reason: '', subjectHash: '09'.repeat(32), expiresAt: 1_700_000_360_000 },
    ...change,
  };
}

export const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index)}`);

export interface TestAudit {
  /** Another writer. @param dsn its way to the database */
  openLog(dsn?: string): AuditLog;
  verify(anchor?: Anchor): Promise<AuditVerdict>;
  /** As somebody who owns the tables could. */
  tamper(...statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export function auditOf(database: TestDatabase): TestAudit {
  const open: AuditLog[] = [];
  return {
    openLog(dsn = database.dsn) {
      const log = openAuditLog(dsn, quietLog, (signatures) => signatures.map((one) => Buffer.from(one)));
      open.push(log);
      return log;
    },
    verify: (anchor) => verifyAudit(sealedConfig(database.dsn, [newKek()]), anchor),
    async tamper(...statements) {
      await database.client.query('SET session_replication_role = replica');
      for (const statement of statements) await database.client.query(statement);
      await database.client.query('SET session_replication_role = origin');
    },
    async close() {
      for (const log of open.splice(0)) await log.close();
    },
  };
}

/** Rows for entries that follow the head, in their order. */
export function chained(head: ChainHead, entries: readonly AuditEntry[]): AuditRow[] {
  const hashes = chainHashes(head, entries);
  return entries.map((said, index) => ({
    ...said,
    sequence: head.sequence + 1 + index,
    previous: hashes[index - 1] ?? head.hash,
    hash: hashes[index] ?? '',
  }));
}
