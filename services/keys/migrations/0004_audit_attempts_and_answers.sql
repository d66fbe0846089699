-- Attempts that came to nothing stand beside the signatures, and a keyed hash says about whom each was.
ALTER TABLE cardea_keys_audit.signature
  ADD COLUMN outcome text NOT NULL DEFAULT 'signed' CHECK (outcome IN ('signed', 'refused', 'failed')),
  -- Why there is no signature.
  ADD COLUMN reason text NOT NULL DEFAULT '',
  -- HMAC-SHA-256 of `sub`; empty without one.
  ADD COLUMN subject_hash bytea NOT NULL DEFAULT '',
  -- An id is good for one signature while statements with it are acceptable, which `answer` sees to; a refused one may come again.
  DROP CONSTRAINT signature_request_id_key;

-- The first answer to each request of the last minutes, so that whichever replica is asked again gives it again.
CREATE TABLE cardea_keys_audit.answer (
  request_id text PRIMARY KEY,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  kid text NOT NULL,
  -- SHA-256 of what was signed: the same statement, or another under a used id.
  input_hash bytea NOT NULL,
  -- The signature, sealed; null where there is no secret to seal with.
  sealed bytea
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

INSERT INTO cardea_keys_audit.answer (request_id, recorded_at, kid, input_hash)
  SELECT request_id, signed_at, kid, input_hash FROM cardea_keys_audit.signature
   WHERE signed_at > now() - interval '10 minutes';
