-- Logout: which clients a login session reached, and the notifications that its end owes them.
CREATE INDEX consent_grant_session ON cardea.consent_grant (session_id);

-- An outbox: rows are written by the very statement that ends the session. An empty `client_id` stands for the identity
-- provider, whose own session `identity_provider_session_id` is to end too. `next_at` is when something is next to be done:
-- another attempt while it is pending, forgetting it afterwards. Attempts are given up a day after `begun_at`.
CREATE TABLE cardea.logout_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id text NOT NULL,
  uri text NOT NULL,
  session_id uuid NOT NULL,
  subject text NOT NULL,
  identity_provider_session_id text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  last_outcome text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  begun_at timestamptz NOT NULL,
  attempted_at timestamptz,
  next_at timestamptz NOT NULL
);
CREATE INDEX logout_delivery_next ON cardea.logout_delivery (state, next_at);
