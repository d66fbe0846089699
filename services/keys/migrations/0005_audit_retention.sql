-- Rows that were kept long enough go in whole segments. What closed a segment stays, so that the rest still proves itself.
CREATE TABLE cardea_keys_audit.checkpoint (
  -- The last row of the segment, and its hash.
  sequence bigint PRIMARY KEY,
  hash bytea NOT NULL,
  -- How many rows went with it.
  rows bigint NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION cardea_keys_audit.check_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM cardea_keys_audit.signature WHERE sequence = NEW.sequence AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'a checkpoint closes a segment at a row of the audit log';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER names_a_row BEFORE INSERT ON cardea_keys_audit.checkpoint
  FOR EACH ROW EXECUTE FUNCTION cardea_keys_audit.check_checkpoint();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cardea_keys_audit.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys_audit.refuse();

-- Only rows up to a checkpoint can be deleted.
CREATE FUNCTION cardea_keys_audit.keep_open_segment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM gone WHERE sequence > coalesce((SELECT max(sequence) FROM cardea_keys_audit.checkpoint), 0)
  ) THEN
    RAISE EXCEPTION 'the audit log of signatures only grows, but for segments that a checkpoint closes';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER append_only ON cardea_keys_audit.signature;
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON cardea_keys_audit.signature
  FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys_audit.refuse();
CREATE TRIGGER keep_open_segment AFTER DELETE ON cardea_keys_audit.signature
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys_audit.keep_open_segment();
