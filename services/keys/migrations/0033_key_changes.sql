-- Who changed which signing key by the commands, written by the transaction of the change; rows are added and never changed. The token
-- service takes them over into the operators' record.
CREATE TABLE cardea_keys.key_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  changed_at timestamptz NOT NULL,
  key_set text NOT NULL,
  kid text NOT NULL,
  act text NOT NULL,
  -- Certificate name of who asked; empty on plain transport.
  changed_by text NOT NULL
);

CREATE FUNCTION cardea_keys.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cardea_keys.key_change is append-only';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cardea_keys.key_change
  FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys.refuse_change();
