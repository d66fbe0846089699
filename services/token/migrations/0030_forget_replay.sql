-- What may be used once lies in cardea.used_once since migration 0024, and nobody has asked this table since the version that came
-- with it: contract after expand. Whoever comes from before 0024 migrates to that version first.
DROP TABLE IF EXISTS cardea.replay;
