-- Subjects that login apps chose for a pairwise client (force_subject_identifier); one row for each pair that ever had one.
CREATE TABLE cardea.forced_subject (
  client_id text NOT NULL,
  subject text NOT NULL,
  forced text NOT NULL,
  PRIMARY KEY (client_id, subject)
);
