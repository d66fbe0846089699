-- A row of the record on its way here, with the signature it is about: a commit brings one array of these. A column for each of the
-- table and one array for each column cost PostgreSQL as much to put together again as to write them.
CREATE TYPE cardea_keys_audit.new_row AS (
  sequence bigint,
  previous bytea,
  hash bytea,
  signed_at timestamptz,
  caller text,
  request_id text,
  purpose text,
  kid text,
  algorithm text,
  input_hash bytea,
  token_id text,
  client_id text,
  expires_at timestamptz,
  outcome text,
  reason text,
  subject_hash bytea,
  sealed bytea
);
