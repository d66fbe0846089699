-- How far the changes of signing keys, which the keys service has on record, are taken over into the operators' record.
CREATE TABLE cardea.key_change_place (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  place bigint NOT NULL
);
INSERT INTO cardea.key_change_place (place) VALUES (0);
