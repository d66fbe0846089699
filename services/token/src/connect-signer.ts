// The way to the keys service: signatures, of which a ledger is kept, the record of them for workers, and who changed which key.
import type { ClientOf, Handlers } from '@cardea/rpc';
import { keyChangeV1, signatureRecordV1, signingV1 } from '@cardea/rpc';
import type { Config, Host } from '@cardea/service';
import { createSignatureLedger } from './signature-ledger.js';
import type { SigningClient } from './sign.js';
import type { Database } from './storage/database.js';

export interface ConnectedSigner {
  readonly keys: SigningClient;
  /** The record of signatures, passed on. */
  readonly record: Handlers<typeof signatureRecordV1.SignatureRecordServiceService>;
  readonly changes: ClientOf<typeof keyChangeV1.KeyChangeServiceService>;
}

export function connectSigner(config: Config, host: Host, database: Database): ConnectedSigner {
  const peer = host.connect('keys');
  const signing = peer.client(signingV1.SigningServiceService, { hot: true });
  const record = peer.client(signatureRecordV1.SignatureRecordServiceService);
  return {
    keys: config.keys.audit.enabled ? kept(signing, host, database) : signing,
    record: { listSignatures: (request) => record.listSignatures(request) },
    changes: peer.client(keyChangeV1.KeyChangeServiceService),
  };
}

/** Without a record of signatures there is nothing to compare with, and no need for this. */
function kept(signing: SigningClient, { log, onStop }: Host, database: Database): SigningClient {
  const ledger = createSignatureLedger({ database, log });
  onStop(() => ledger.close());
  return ledger.keeping(signing);
}
