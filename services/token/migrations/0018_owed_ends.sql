-- Somebody has ended tokens here and has not told the caches yet: written by the transaction that ends them, gone when the caches
-- have heard. Which tokens they were is not said: an old row makes the caches forget all (cache/epoch.ts).
CREATE TABLE cardea.cache_debt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Login sessions that have ended and whose tokens shall end with them: written by the statement that ends the session.
CREATE TABLE cardea.session_debt (
  session_id uuid PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
