-- The record is asked by what its rows are about. Summaries of page ranges, for a btree a column would cost each signature more than
-- all the rest of its row: here nothing is written until a range is full. They say where a value cannot be (Bloom filters), so a
-- question reads the few ranges where it may be. A range has some 1,300 rows.
CREATE INDEX signature_search ON cardea_keys_audit.signature USING brin (
  sequence,
  signed_at,
  subject_hash bytea_bloom_ops (n_distinct_per_range = 1300),
  token_id text_bloom_ops (n_distinct_per_range = 1300),
  client_id text_bloom_ops (n_distinct_per_range = 500),
  kid text_bloom_ops (n_distinct_per_range = 16)
) WITH (pages_per_range = 64, autosummarize = on);
