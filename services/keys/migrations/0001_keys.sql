-- Signing keys of both backends. The private half is in the HSM, or in `sealed` under a key-encryption key; never here in
-- the clear.
CREATE SCHEMA IF NOT EXISTS cardea_keys;

CREATE TABLE cardea_keys.key (
  kid text PRIMARY KEY,
  key_set text NOT NULL,
  algorithm text NOT NULL,
  backend text NOT NULL CHECK (backend IN ('hsm', 'sealed')),
  -- As text, so that every replica publishes the same bytes.
  public_jwk text NOT NULL,
  sealed bytea,
  -- Makes its creation idempotent.
  request_id text UNIQUE,
  created_at timestamptz NOT NULL,
  activates_at timestamptz NOT NULL,
  retired_at timestamptz,
  destroyed_at timestamptz,
  CHECK ((sealed IS NOT NULL) = (backend = 'sealed' AND destroyed_at IS NULL))
);

-- Running services keep the list in memory; a change reaches them in a moment, and a lost message by their next poll.
CREATE FUNCTION cardea_keys.announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cardea_keys', '');
  RETURN NULL;
END $$;

CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON cardea_keys.key
  FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys.announce();
