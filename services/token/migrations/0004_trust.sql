-- Assertions: which were used up, and whose count as grants.
-- `key` is a hash of the purpose, the issuer and the jti; a row stands for longer than the assertion could be shown again.
CREATE TABLE cardea.replay (
  key bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (key, expires_at)
) PARTITION BY RANGE (expires_at);
CREATE TABLE cardea.replay_default PARTITION OF cardea.replay DEFAULT;

-- Issuers whose assertions are traded for tokens. `subject` is empty where any is allowed.
CREATE TABLE cardea.trusted_issuer (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  allow_any_subject boolean NOT NULL,
  scopes text[] NOT NULL,
  key_id text NOT NULL,
  jwk jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  UNIQUE (issuer, subject, key_id)
);
