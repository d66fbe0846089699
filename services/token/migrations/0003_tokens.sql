-- Codes and tokens: 32-byte keyed hashes of handles, sealed bodies, no foreign keys (ARCHITECTURE §9.6).
CREATE TABLE cardea.authorization_code (
  key bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  grant_id uuid NOT NULL,
  client_id text NOT NULL,
  used_at timestamptz,
  body bytea NOT NULL,
  PRIMARY KEY (key, expires_at)
) PARTITION BY RANGE (expires_at);
CREATE TABLE cardea.authorization_code_default PARTITION OF cardea.authorization_code DEFAULT;

CREATE TABLE cardea.access_token (
  key bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  grant_id uuid,
  client_id text NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (key, expires_at)
) PARTITION BY RANGE (expires_at);
CREATE INDEX access_token_grant ON cardea.access_token (grant_id) WHERE grant_id IS NOT NULL;
CREATE TABLE cardea.access_token_default PARTITION OF cardea.access_token DEFAULT;

-- One row a refresh token. `replay` is the successor's response sealed under a key derived from this very token.
CREATE TABLE cardea.refresh_token (
  key bytea PRIMARY KEY,
  grant_id uuid NOT NULL,
  client_id text NOT NULL,
  issued_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  uses integer NOT NULL DEFAULT 0,
  revoked_at timestamptz,
  access_key bytea NOT NULL,
  access_expires_at timestamptz NOT NULL,
  replay bytea,
  body bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX refresh_token_grant ON cardea.refresh_token (grant_id);

-- What every Redis entry is filed under, and the one Redis server (its run_id) that may be believed. Raising the epoch makes
-- all entries unreachable; a reader trusts what it read here for one second (cache/epoch.ts).
CREATE TABLE cardea.cache_epoch (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch bigint NOT NULL,
  server text NOT NULL DEFAULT '',
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO cardea.cache_epoch (epoch) VALUES (1);
