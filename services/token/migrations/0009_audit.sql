-- What operators did, for as long as the database lives: rows are added and never changed.
CREATE TABLE cardea.audit_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  occurred_at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  authentication text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  status smallint NOT NULL,
  request_id text NOT NULL
);
CREATE INDEX audit_event_actor ON cardea.audit_event (actor, id);

CREATE FUNCTION cardea.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cardea.audit_event is append-only';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cardea.audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION cardea.refuse_change();

-- Web origins that a client lists, beside its metadata: a preflight asks for any client that lists one.
ALTER TABLE cardea.client ADD COLUMN allowed_origins text[] NOT NULL DEFAULT '{}';
CREATE INDEX client_allowed_origins ON cardea.client (id) WHERE allowed_origins <> '{}';
