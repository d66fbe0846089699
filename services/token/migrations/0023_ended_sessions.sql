-- Login sessions that somebody ended, for as long as a flow that was begun in one of them can still come back: it gets nothing then.
-- Sessions that run out, or that another login of the same browser replaces, are not among them.
CREATE TABLE cardea.ended_session (
  session_id uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ended_session_expiry ON cardea.ended_session (expires_at);
