-- suspended_at: since when the operator has stopped it; nothing opens and nothing runs.
ALTER TABLE organizations ADD COLUMN suspended_at BIGINT;
