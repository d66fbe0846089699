-- Keys as documents, in sets of any name but the two signing sets (Hydra's admin API). What is secret in one is sealed.
CREATE TABLE cardea_keys.json_web_key (
  key_set text NOT NULL,
  -- Empty for a key without one.
  kid text NOT NULL,
  -- Newest first is by this.
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  -- Null for a symmetric key: it has nothing to publish.
  public_jwk text,
  -- The whole key; null for one that is public.
  sealed bytea,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (key_set, kid),
  CHECK (public_jwk IS NOT NULL OR sealed IS NOT NULL)
);

-- Broadcast sets are published by running services.
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON cardea_keys.json_web_key
  FOR EACH STATEMENT EXECUTE FUNCTION cardea_keys.announce();
