-- Of which clients the tokens of an ended session are to end; of all when nothing is said.
ALTER TABLE cardea.session_debt ADD COLUMN client_ids text[];
