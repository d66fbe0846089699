-- What may be used once, such as the jti of an assertion, by a hash of its kind, its issuer and itself alone: `cardea.replay` had the
-- expiry in its key, so two assertions of one jti that came at the same moment and ended at different ones both counted.
-- A row stands until the last of those that were shown has ended.
CREATE TABLE cardea.used_once (
  key bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL,
  uses integer NOT NULL DEFAULT 1
);
CREATE INDEX used_once_expiry ON cardea.used_once (expires_at);
INSERT INTO cardea.used_once (key, expires_at) SELECT key, max(expires_at) FROM cardea.replay GROUP BY key;
-- `cardea.replay` stays for processes of before, which do not look here.
