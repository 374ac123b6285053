-- In place of those of m0007.
DROP TRIGGER apps_counted_in;
DROP TRIGGER apps_counted_anew;
DROP TRIGGER apps_counted_out;
CREATE TRIGGER apps_counted_in AFTER INSERT ON apps BEGIN
    UPDATE customers SET connected = connected + (NEW.removed_at IS NULL AND NEW.state IN ('working', 'doubtful')), unwell = unwell + (NEW.removed_at IS NULL AND (NEW.state IN ('needs_administrator', 'off') OR NEW.drifted <> 0)) WHERE id = NEW.customer;
END;
CREATE TRIGGER apps_counted_anew AFTER UPDATE OF state, customer, removed_at, drifted ON apps WHEN OLD.state IS NOT NEW.state OR OLD.customer IS NOT NEW.customer OR OLD.removed_at IS NOT NEW.removed_at OR OLD.drifted IS NOT NEW.drifted BEGIN
    UPDATE customers SET connected = connected - (OLD.removed_at IS NULL AND OLD.state IN ('working', 'doubtful')), unwell = unwell - (OLD.removed_at IS NULL AND (OLD.state IN ('needs_administrator', 'off') OR OLD.drifted <> 0)) WHERE id = OLD.customer;
    UPDATE customers SET connected = connected + (NEW.removed_at IS NULL AND NEW.state IN ('working', 'doubtful')), unwell = unwell + (NEW.removed_at IS NULL AND (NEW.state IN ('needs_administrator', 'off') OR NEW.drifted <> 0)) WHERE id = NEW.customer;
END;
CREATE TRIGGER apps_counted_out AFTER DELETE ON apps BEGIN
    UPDATE customers SET connected = connected - (OLD.removed_at IS NULL AND OLD.state IN ('working', 'doubtful')), unwell = unwell - (OLD.removed_at IS NULL AND (OLD.state IN ('needs_administrator', 'off') OR OLD.drifted <> 0)) WHERE id = OLD.customer;
END;
