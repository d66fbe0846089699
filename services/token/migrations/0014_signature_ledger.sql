-- What the token service had signed, until a worker has compared it with the record of the keys service (security §2.3 rule 7).
CREATE TABLE cardea.signature_ledger (
  -- `jti`; the request id for what has none.
  id text PRIMARY KEY,
  purpose text NOT NULL,
  client_id text NOT NULL,
  -- False when no answer came: whether there is a signature is not known then.
  answered boolean NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

-- How far the record was compared; its hash there is an anchor outside of the keys service's reach.
CREATE TABLE cardea.signature_reconciliation (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  sequence bigint NOT NULL,
  hash bytea NOT NULL,
  -- Nothing older is compared.
  began_at timestamptz NOT NULL DEFAULT now()
);

-- What did not match.
CREATE TABLE cardea.signature_finding (
  kind text NOT NULL CHECK (kind IN ('signature_without_token', 'token_without_signature', 'signature_record_rewritten')),
  id text NOT NULL,
  -- What is known of it, as the log says it.
  facts jsonb NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, id)
);
