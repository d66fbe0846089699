-- Every login asks for the latest consent that is still remembered; most consents are not, and a person may have thousands.
CREATE INDEX consent_grant_remembered ON cardea.consent_grant (subject, client_id, created_at DESC)
  WHERE remember AND NOT skipped AND revoked_at IS NULL;
