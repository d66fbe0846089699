-- Tables whose rows come and go all day: autovacuum returns to them by how many rows have died, not by a fifth of the table, and
-- keeps their pages for the rows of tomorrow. Giving pages back would lock everybody out for a moment, each time.
ALTER TABLE cardea.refresh_token SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.consent_grant SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.login_session SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.ended_session SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.used_once SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.user_code SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.logout_delivery SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
ALTER TABLE cardea.access_token_default SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
