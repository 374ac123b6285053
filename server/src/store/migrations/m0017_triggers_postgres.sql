-- In place of those of m0007.
CREATE OR REPLACE FUNCTION rekey_count_apps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE customers SET connected = connected - (CASE WHEN OLD.removed_at IS NULL AND OLD.state IN ('working', 'doubtful') THEN 1 ELSE 0 END), unwell = unwell - (CASE WHEN OLD.removed_at IS NULL AND (OLD.state IN ('needs_administrator', 'off') OR OLD.drifted <> 0) THEN 1 ELSE 0 END) WHERE id = OLD.customer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE customers SET connected = connected + (CASE WHEN NEW.removed_at IS NULL AND NEW.state IN ('working', 'doubtful') THEN 1 ELSE 0 END), unwell = unwell + (CASE WHEN NEW.removed_at IS NULL AND (NEW.state IN ('needs_administrator', 'off') OR NEW.drifted <> 0) THEN 1 ELSE 0 END) WHERE id = NEW.customer;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER apps_counted_anew ON apps;
CREATE TRIGGER apps_counted_anew AFTER UPDATE ON apps FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.customer IS DISTINCT FROM NEW.customer OR OLD.removed_at IS DISTINCT FROM NEW.removed_at OR OLD.drifted IS DISTINCT FROM NEW.drifted) EXECUTE FUNCTION rekey_count_apps();
