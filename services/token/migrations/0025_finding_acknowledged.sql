-- Findings are listed, the newest first, and somebody says that they were looked into.
ALTER TABLE cardea.signature_finding
  ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  ADD COLUMN acknowledged_at timestamptz,
  ADD COLUMN acknowledged_by text NOT NULL DEFAULT '',
  ADD COLUMN note text NOT NULL DEFAULT '';
