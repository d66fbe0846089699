-- One row a signature, written before the signature leaves the signer, each holding the hash of the one before it.
CREATE SCHEMA cardea_keys_audit;

CREATE TABLE cardea_keys_audit.signature (
  sequence bigint PRIMARY KEY,
  -- SHA-256 of the row before, and of this one with it.
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  signed_at timestamptz NOT NULL,
  -- Certificate name; empty on plain transport.
  caller text NOT NULL,
  -- The same id never has two signatures, whichever replica is asked.
  request_id text NOT NULL UNIQUE,
  purpose text NOT NULL,
  kid text NOT NULL,
  algorithm text NOT NULL,
  -- SHA-256 of what was signed; claims are not kept.
  input_hash bytea NOT NULL,
  -- `jti` and the client: what the token service's own rows can be compared with.
  token_id text NOT NULL,
  client_id text NOT NULL,
  expires_at timestamptz
);

CREATE TABLE cardea_keys_audit.head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  sequence bigint NOT NULL,
  hash bytea NOT NULL
);
INSERT INTO cardea_keys_audit.head (sequence, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION cardea_keys_audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log of signatures only grows';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cardea_keys_audit.signature
  FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys_audit.refuse();
