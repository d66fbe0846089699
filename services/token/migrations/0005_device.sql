-- Device codes (RFC 8628): keyed hashes of what the device polls with and of what its person types.
-- `state` is pending, approved or denied; a row that was redeemed is gone. `body` holds what was asked for, and from the
-- approval on what was granted.
CREATE TABLE cardea.device_code (
  key bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  client_id text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  interval_seconds integer NOT NULL,
  polled_at timestamptz,
  grant_id uuid,
  body bytea NOT NULL,
  PRIMARY KEY (key, expires_at)
) PARTITION BY RANGE (expires_at);
CREATE TABLE cardea.device_code_default PARTITION OF cardea.device_code DEFAULT;

-- Apart from the codes, because no two that live may be the same, in whichever partition. Gone as soon as somebody decided.
CREATE TABLE cardea.user_code (
  key bytea PRIMARY KEY,
  device_key bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX user_code_expiry ON cardea.user_code (expires_at);
CREATE INDEX user_code_device ON cardea.user_code (device_key);
