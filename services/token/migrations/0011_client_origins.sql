-- The origins of clients that were stored before 0009 gave them a column: read out of the metadata, a protobuf message.
CREATE OR REPLACE FUNCTION pg_temp.listed_origins(message bytea, field integer) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  at integer := 0;
  part integer;
  shift integer;
  number bigint;
  tag bigint;
  found text[] := '{}';
BEGIN
  WHILE at < length(message) LOOP
    -- A tag, and behind it a number: the value itself, or the length of one.
    FOR turn IN 1..2 LOOP
      number := 0;
      shift := 0;
      LOOP
        part := get_byte(message, at);
        at := at + 1;
        number := number | ((part & 127)::bigint << shift);
        shift := shift + 7;
        EXIT WHEN part < 128;
      END LOOP;
      IF turn = 1 THEN tag := number; END IF;
      EXIT WHEN turn = 1 AND (tag & 7) IN (1, 5);
    END LOOP;
    CASE tag & 7
      WHEN 0 THEN NULL;
      WHEN 1 THEN at := at + 8;
      WHEN 5 THEN at := at + 4;
      WHEN 2 THEN
        IF tag >> 3 = field THEN
          found := found || convert_from(substring(message FROM at + 1 FOR number::integer), 'UTF8');
        END IF;
        at := at + number::integer;
      ELSE RAISE EXCEPTION 'a client''s metadata cannot be read';
    END CASE;
  END LOOP;
  RETURN found;
END $$;

WITH listed AS (
  SELECT id, pg_temp.listed_origins(metadata, 14) AS origins FROM cardea.client WHERE allowed_origins = '{}'
)
UPDATE cardea.client c SET allowed_origins = listed.origins FROM listed WHERE listed.id = c.id AND listed.origins <> '{}';
