-- OAuth clients. `metadata` is a cardea.client.v1.Client; secrets are hashes, the current one first.
CREATE SCHEMA IF NOT EXISTS cardea;

CREATE TABLE cardea.client (
  id text PRIMARY KEY,
  name text NOT NULL,
  owner text NOT NULL,
  metadata bytea NOT NULL,
  secret_hashes text[] NOT NULL DEFAULT '{}',
  registration_key bytea,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Token services keep clients in memory; a change reaches them in a moment, and a lost message within their short TTL.
CREATE FUNCTION cardea.announce_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cardea_client', OLD.id);
  RETURN NULL;
END $$;

CREATE TRIGGER announce AFTER UPDATE OR DELETE ON cardea.client
  FOR EACH ROW EXECUTE FUNCTION cardea.announce_client();
