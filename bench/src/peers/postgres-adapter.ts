// oidc-provider's state in PostgreSQL, as durable as ours: one table, prepared statements, a commit for each change, as adapters of
// it usually are.
import type { Adapter, AdapterConstructor, AdapterPayload } from 'oidc-provider';
import pg from 'pg';

const schema = `CREATE TABLE IF NOT EXISTS oidc_payload (
    id text NOT NULL, model text NOT NULL, payload jsonb NOT NULL, grant_id text, uid text, consumed_at timestamptz,
    expires_at timestamptz, PRIMARY KEY (id, model));
  CREATE INDEX IF NOT EXISTS oidc_payload_uid ON oidc_payload (uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS oidc_payload_grant ON oidc_payload (grant_id) WHERE grant_id IS NOT NULL`;

interface Row {
  readonly payload: AdapterPayload;
  readonly consumed_at: Date | null;
}

export async function openPostgresAdapter(dsn: string): Promise<AdapterConstructor> {
  const pool = new pg.Pool({ connectionString: dsn, max: 20 });
  await pool.query(schema);
  const one = async (name: string, text: string, values: unknown[]): Promise<AdapterPayload | undefined> => {
    const row = (await pool.query<Row>({ name, text, values })).rows[0];
    if (row === undefined) return undefined;
    return row.consumed_at === null ? row.payload : { ...row.payload, consumed: row.consumed_at.getTime() / 1000 };
  };
  const change = async (name: string, text: string, values: unknown[]): Promise<void> =>
    void (await pool.query({ name, text, values }));

  return class PostgresAdapter implements Adapter {
    private readonly model: string;

    constructor(model: string) {
      this.model = model;
    }

    async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
      const expires = expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000);
      const { grantId = null, uid = null } = payload;
      await change(
        'upsert',
        `INSERT INTO oidc_payload (id, model, payload, grant_id, uid, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
          ON CONFLICT (id, model) DO UPDATE SET payload = $3, grant_id = $4, uid = $5, expires_at = $6`,
        [id, this.model, JSON.stringify(payload), grantId, uid, expires],
      );
    }

    find = (id: string): Promise<AdapterPayload | undefined> =>
      one('find', 'SELECT payload, consumed_at FROM oidc_payload WHERE id = $1 AND model = $2', [id, this.model]);

    findByUid = (uid: string): Promise<AdapterPayload | undefined> =>
      one('by_uid', 'SELECT payload, consumed_at FROM oidc_payload WHERE uid = $1 AND model = $2', [uid, this.model]);

    findByUserCode = (): Promise<undefined> => Promise.resolve(undefined);

    consume = (id: string): Promise<void> =>
      change('consume', 'UPDATE oidc_payload SET consumed_at = now() WHERE id = $1 AND model = $2', [id, this.model]);

    destroy = (id: string): Promise<void> =>
      change('destroy', 'DELETE FROM oidc_payload WHERE id = $1 AND model = $2', [id, this.model]);

    revokeByGrantId = (grantId: string): Promise<void> =>
      change('revoke', "DELETE FROM oidc_payload WHERE grant_id = $1 AND model <> 'Grant'", [grantId]);
  };
}
