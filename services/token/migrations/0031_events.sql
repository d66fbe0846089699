-- The audit stream: what happened, kept for six days and dropped by the day. Its order is that of transactions: a row counts once
-- every transaction that began before its own has ended, so that nobody who reads on misses one that was slow to commit.
CREATE SEQUENCE cardea.event_sequence;
CREATE TABLE cardea.event (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  sequence bigint NOT NULL DEFAULT nextval('cardea.event_sequence'),
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '6 days',
  type text NOT NULL,
  data jsonb NOT NULL
) PARTITION BY RANGE (expires_at);
CREATE INDEX event_order ON cardea.event (xid, sequence);
CREATE TABLE cardea.event_default PARTITION OF cardea.event DEFAULT;

-- How far each sink has come.
CREATE TABLE cardea.event_sink (
  name text PRIMARY KEY,
  xid xid8 NOT NULL,
  sequence bigint NOT NULL
);

-- Batches on their way to the webhook: everything behind the first place, up to the last.
CREATE TABLE cardea.event_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  from_xid xid8 NOT NULL,
  from_sequence bigint NOT NULL,
  to_xid xid8 NOT NULL,
  to_sequence bigint NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  next_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_delivery_due ON cardea.event_delivery (next_at) WHERE state = 'pending';

-- Signing keys as they were last heard of; 0 next, 1 current, 2 retired, 3 destroyed. A key only goes forward.
CREATE TABLE cardea.known_key (
  key_set text NOT NULL,
  kid text NOT NULL,
  algorithm text NOT NULL,
  state smallint NOT NULL,
  heard_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key_set, kid)
);

-- What operators change is told by the change itself, whoever makes it.
CREATE FUNCTION cardea.tell(event_type text, event_data jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cardea.event (type, data) VALUES (event_type, event_data)
$$;

CREATE FUNCTION cardea.tell_of_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM cardea.tell('cardea.client.created.v1', jsonb_build_object('client_id', NEW.id));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM cardea.tell('cardea.client.deleted.v1', jsonb_build_object('client_id', OLD.id));
  ELSIF NEW.metadata = OLD.metadata AND NEW.secret_hashes[1] <> OLD.secret_hashes[1]
      AND NEW.secret_hashes[2:] = OLD.secret_hashes[:cardinality(NEW.secret_hashes) - 1] THEN
    PERFORM cardea.tell('cardea.client.secret_rotated.v1', jsonb_build_object('client_id', NEW.id));
  ELSE
    PERFORM cardea.tell('cardea.client.changed.v1',
      jsonb_build_object('client_id', NEW.id, 'secrets', NEW.secret_hashes <> OLD.secret_hashes));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT OR DELETE ON cardea.client
  FOR EACH ROW EXECUTE FUNCTION cardea.tell_of_client();
-- Secrets that are only sealed anew are the same secrets: the version stays.
CREATE TRIGGER tell_changes AFTER UPDATE ON cardea.client
  FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION cardea.tell_of_client();

CREATE FUNCTION cardea.tell_of_trust() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM cardea.tell('cardea.issuer.trusted.v1', jsonb_build_object('trust_id', NEW.id, 'issuer', NEW.issuer));
  ELSE
    PERFORM cardea.tell('cardea.issuer.trust_ended.v1', jsonb_build_object('trust_id', OLD.id, 'issuer', OLD.issuer));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT OR DELETE ON cardea.trusted_issuer
  FOR EACH ROW EXECUTE FUNCTION cardea.tell_of_trust();

CREATE FUNCTION cardea.tell_of_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cardea.tell('cardea.signature.finding.v1',
    jsonb_build_object('finding', NEW.number::text, 'kind', NEW.kind, 'about', NEW.id));
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT ON cardea.signature_finding
  FOR EACH ROW EXECUTE FUNCTION cardea.tell_of_finding();

-- What login and consent apps decide is told by events of its own. The query of a target may name a person.
CREATE FUNCTION cardea.tell_of_operator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cardea.tell('cardea.admin.changed.v1', jsonb_build_object(
    'actor', NEW.actor, 'authentication', NEW.authentication, 'action', NEW.action,
    'target', split_part(NEW.target, '?', 1), 'status', NEW.status, 'request_id', NEW.request_id));
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT ON cardea.audit_event
  FOR EACH ROW WHEN (NEW.authentication <> 'interaction') EXECUTE FUNCTION cardea.tell_of_operator();
