-- Logins, flows and grants. Flows exist from the moment somebody logged in; before that they are sealed in the challenge.
CREATE TABLE cardea.login_session (
  id uuid PRIMARY KEY,
  subject text NOT NULL,
  authenticated_at timestamptz NOT NULL,
  remember boolean NOT NULL,
  expires_at timestamptz NOT NULL,
  acr text NOT NULL DEFAULT '',
  amr text[] NOT NULL DEFAULT '{}',
  identity_provider_session_id text NOT NULL DEFAULT ''
);
CREATE INDEX login_session_subject ON cardea.login_session (subject);
CREATE INDEX login_session_expiry ON cardea.login_session (expires_at);

-- One row a flow, partitioned by the expiry that every handle of the flow carries.
-- `verifier_key` is the keyed hash of the one verifier that moves the flow on from its present state, `browser` the hash of
-- the cookie that must come with it.
CREATE TABLE cardea.flow (
  id bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  state text NOT NULL,
  client_id text NOT NULL,
  verifier_key bytea,
  browser bytea NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (id, expires_at)
) PARTITION BY RANGE (expires_at);
CREATE TABLE cardea.flow_default PARTITION OF cardea.flow DEFAULT;

-- What a subject allowed a client: the root of a token family. `revoked_at` withdraws the consent; `fallen_at` kills the
-- tokens that came of it and leaves a remembered consent alone.
-- `skipped` marks grants that rest on an earlier remembered one.
CREATE TABLE cardea.consent_grant (
  id uuid PRIMARY KEY,
  client_id text NOT NULL,
  subject text NOT NULL,
  session_id uuid NOT NULL,
  scopes text[] NOT NULL,
  audience text[] NOT NULL,
  remember boolean NOT NULL,
  remember_until timestamptz NOT NULL DEFAULT 'infinity',
  skipped boolean NOT NULL DEFAULT false,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  fallen_at timestamptz
);
CREATE INDEX consent_grant_subject ON cardea.consent_grant (subject, client_id, created_at DESC);
CREATE INDEX consent_grant_client ON cardea.consent_grant (client_id);
