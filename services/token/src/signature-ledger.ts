// Keeps, behind the answers, what this process had signed, so that a worker can tell signatures nobody here asked for (security
// §2.3 rule 7). Written a moment later and many at once: no token waits for it.
import type { signingV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import { flagColumn, textColumn } from '@cardea/service';
import type { SigningClient } from './sign.js';
import type { Database } from './storage/database.js';
import { sqlState } from './storage/database.js';
import { createWriteBehind } from './storage/write-behind.js';

export interface SignatureLedger {
  /** The same client, which keeps what it was asked for. */
  keeping(keys: SigningClient): SigningClient;
  /** Writes what was kept so far. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  readonly id: string;
  readonly purpose: string;
  readonly clientId: string;
  readonly answered: boolean;
}

/** A database that is away stops most of what needs a signature; some seconds of it are kept here. */
const mostKept = 100_000;

const insert = `INSERT INTO cardea.signature_ledger (id, purpose, client_id, answered)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[])`;
const merge = `${insert} ON CONFLICT (id) DO UPDATE SET answered = true WHERE excluded.answered`;
/** SQLSTATE unique_violation. */
const known = '23505';

export function createSignatureLedger(options: { database: Database; log: Log }): SignatureLedger {
  const { database, log } = options;
  const write = async (batch: readonly Entry[]): Promise<void> => {
    // The statement may touch a row once only: an answer that came on a second try counts.
    const byId = new Map<string, Entry>();
    for (const entry of batch) if (byId.get(entry.id)?.answered !== true) byId.set(entry.id, entry);
    const entries = [...byId.values()];
    const values = [
      textColumn(entries, ({ id }) => id),
      textColumn(entries, ({ purpose }) => purpose),
      textColumn(entries, ({ clientId }) => clientId),
      flagColumn(entries, ({ answered }) => answered),
    ];
    try {
      await database.query({ name: 'signature_ledger_insert', text: insert, values });
    } catch (error) {
      if (sqlState(error) !== known) throw error;
      // Asked for again, or written before without our knowing. Looking for that each time costs a third more.
      await database.query({ name: 'signature_ledger_merge', text: merge, values });
    }
  };
  const behind = createWriteBehind<Entry>({
    ...{ write, mostKept, log },
    late: 'what was signed cannot be kept yet; it is tried again',
    full: 'what is signed now is not kept: the database is away too long',
  });
  const keeping =
    <Request extends { requestId: string; tokenId?: string }, Rest extends unknown[]>(
      purpose: string,
      clientOf: (request: Request) => string,
      sign: (request: Request, ...rest: Rest) => Promise<signingV1.SignIdTokenResponse>,
    ) =>
    async (request: Request, ...rest: Rest): Promise<signingV1.SignIdTokenResponse> => {
      let answered = false;
      try {
        const answer = await sign(request, ...rest);
        answered = true;
        return answer;
      } finally {
        behind.keep({ id: request.tokenId ?? request.requestId, purpose, clientId: clientOf(request), answered });
      }
    };

  return {
    keeping: (keys) => ({
      ...keys,
      signIdToken: keeping('id_token', ({ audience }) => audience[0] ?? '', keys.signIdToken),
      signAccessToken: keeping('access_token', ({ clientId }) => clientId, keys.signAccessToken),
      signUserinfo: keeping('userinfo', ({ audience }) => audience, keys.signUserinfo),
      signLogoutToken: keeping('logout_token', ({ audience }) => audience, keys.signLogoutToken),
      signCredential: keeping('credential', () => '', keys.signCredential),
    }),
    flush: () => behind.flush(),
    close: () => behind.close(),
  };
}
