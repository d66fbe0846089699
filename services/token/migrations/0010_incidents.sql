-- How many wrong code_verifiers came with a code: it is given up with the last that may be (RFC 7636 §7.1).
ALTER TABLE cardea.authorization_code ADD COLUMN wrong_verifiers smallint NOT NULL DEFAULT 0;

-- When an access token was issued, so that all tokens of an interval can be ended. Those of before this column have none: nobody
-- can say that they are not of the interval, so they are of every one.
ALTER TABLE cardea.access_token ADD COLUMN issued_at timestamptz;
ALTER TABLE cardea.access_token ALTER COLUMN issued_at SET DEFAULT now();

-- Grants of one client page by page, whichever of them still stand.
CREATE INDEX consent_grant_client_id ON cardea.consent_grant (client_id, id);
DROP INDEX cardea.consent_grant_client;
