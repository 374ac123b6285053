-- Keeps the numbers of customers. Each trigger adds what came and takes off what went.
CREATE TRIGGER backup_sets_counted_in AFTER INSERT ON backup_sets BEGIN
    UPDATE customers SET sets_basic = sets_basic + (NEW.method = 'basic'), sets_hybrid = sets_hybrid + (NEW.method = 'hybrid'), sets_modern = sets_modern + (NEW.method = 'modern') WHERE id = NEW.customer;
END;
CREATE TRIGGER backup_sets_counted_anew AFTER UPDATE OF method, customer ON backup_sets WHEN OLD.method IS NOT NEW.method OR OLD.customer IS NOT NEW.customer BEGIN
    UPDATE customers SET sets_basic = sets_basic - (OLD.method = 'basic'), sets_hybrid = sets_hybrid - (OLD.method = 'hybrid'), sets_modern = sets_modern - (OLD.method = 'modern') WHERE id = OLD.customer;
    UPDATE customers SET sets_basic = sets_basic + (NEW.method = 'basic'), sets_hybrid = sets_hybrid + (NEW.method = 'hybrid'), sets_modern = sets_modern + (NEW.method = 'modern') WHERE id = NEW.customer;
END;
CREATE TRIGGER backup_sets_counted_out AFTER DELETE ON backup_sets BEGIN
    UPDATE customers SET sets_basic = sets_basic - (OLD.method = 'basic'), sets_hybrid = sets_hybrid - (OLD.method = 'hybrid'), sets_modern = sets_modern - (OLD.method = 'modern') WHERE id = OLD.customer;
END;
CREATE TRIGGER connections_counted_in AFTER INSERT ON connections BEGIN
    UPDATE customers SET connected = connected + (NEW.state IN ('working', 'doubtful')), unwell = unwell + (NEW.state IN ('needs_holder', 'ended')) WHERE id = NEW.customer;
END;
CREATE TRIGGER connections_counted_anew AFTER UPDATE OF state, customer ON connections WHEN OLD.state IS NOT NEW.state OR OLD.customer IS NOT NEW.customer BEGIN
    UPDATE customers SET connected = connected - (OLD.state IN ('working', 'doubtful')), unwell = unwell - (OLD.state IN ('needs_holder', 'ended')) WHERE id = OLD.customer;
    UPDATE customers SET connected = connected + (NEW.state IN ('working', 'doubtful')), unwell = unwell + (NEW.state IN ('needs_holder', 'ended')) WHERE id = NEW.customer;
END;
CREATE TRIGGER connections_counted_out AFTER DELETE ON connections BEGIN
    UPDATE customers SET connected = connected - (OLD.state IN ('working', 'doubtful')), unwell = unwell - (OLD.state IN ('needs_holder', 'ended')) WHERE id = OLD.customer;
END;
CREATE TRIGGER apps_counted_in AFTER INSERT ON apps BEGIN
    UPDATE customers SET connected = connected + (NEW.removed_at IS NULL AND NEW.state IN ('working', 'doubtful')), unwell = unwell + (NEW.removed_at IS NULL AND NEW.state IN ('needs_administrator', 'off')) WHERE id = NEW.customer;
END;
CREATE TRIGGER apps_counted_anew AFTER UPDATE OF state, customer, removed_at ON apps WHEN OLD.state IS NOT NEW.state OR OLD.customer IS NOT NEW.customer OR OLD.removed_at IS NOT NEW.removed_at BEGIN
    UPDATE customers SET connected = connected - (OLD.removed_at IS NULL AND OLD.state IN ('working', 'doubtful')), unwell = unwell - (OLD.removed_at IS NULL AND OLD.state IN ('needs_administrator', 'off')) WHERE id = OLD.customer;
    UPDATE customers SET connected = connected + (NEW.removed_at IS NULL AND NEW.state IN ('working', 'doubtful')), unwell = unwell + (NEW.removed_at IS NULL AND NEW.state IN ('needs_administrator', 'off')) WHERE id = NEW.customer;
END;
CREATE TRIGGER apps_counted_out AFTER DELETE ON apps BEGIN
    UPDATE customers SET connected = connected - (OLD.removed_at IS NULL AND OLD.state IN ('working', 'doubtful')), unwell = unwell - (OLD.removed_at IS NULL AND OLD.state IN ('needs_administrator', 'off')) WHERE id = OLD.customer;
END;
CREATE TRIGGER authorizations_counted_in AFTER INSERT ON authorizations BEGIN
    UPDATE customers SET open_authorizations = open_authorizations + (NEW.state = 'open') WHERE id = NEW.customer;
END;
CREATE TRIGGER authorizations_counted_anew AFTER UPDATE OF state, customer ON authorizations WHEN OLD.state IS NOT NEW.state OR OLD.customer IS NOT NEW.customer BEGIN
    UPDATE customers SET open_authorizations = open_authorizations - (OLD.state = 'open') WHERE id = OLD.customer;
    UPDATE customers SET open_authorizations = open_authorizations + (NEW.state = 'open') WHERE id = NEW.customer;
END;
CREATE TRIGGER authorizations_counted_out AFTER DELETE ON authorizations BEGIN
    UPDATE customers SET open_authorizations = open_authorizations - (OLD.state = 'open') WHERE id = OLD.customer;
END;
CREATE TRIGGER certificates_end_in AFTER INSERT ON certificates BEGIN
    UPDATE customers SET ends_at = (SELECT MIN(e.last) FROM (
        SELECT MAX(k.not_after) AS last FROM apps a JOIN certificates k ON k.organization = a.organization AND k.app = a.id AND k.state = 'current'
        WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL GROUP BY a.id) e)
    WHERE id = (SELECT a.customer FROM apps a WHERE a.id = NEW.app);
END;
CREATE TRIGGER certificates_end_anew AFTER UPDATE OF state, not_after ON certificates BEGIN
    UPDATE customers SET ends_at = (SELECT MIN(e.last) FROM (
        SELECT MAX(k.not_after) AS last FROM apps a JOIN certificates k ON k.organization = a.organization AND k.app = a.id AND k.state = 'current'
        WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL GROUP BY a.id) e)
    WHERE id = (SELECT a.customer FROM apps a WHERE a.id = NEW.app);
END;
CREATE TRIGGER certificates_end_out AFTER DELETE ON certificates BEGIN
    UPDATE customers SET ends_at = (SELECT MIN(e.last) FROM (
        SELECT MAX(k.not_after) AS last FROM apps a JOIN certificates k ON k.organization = a.organization AND k.app = a.id AND k.state = 'current'
        WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL GROUP BY a.id) e)
    WHERE id = (SELECT a.customer FROM apps a WHERE a.id = OLD.app);
END;
CREATE TRIGGER apps_end AFTER UPDATE OF removed_at, customer ON apps BEGIN
    UPDATE customers SET ends_at = (SELECT MIN(e.last) FROM (
        SELECT MAX(k.not_after) AS last FROM apps a JOIN certificates k ON k.organization = a.organization AND k.app = a.id AND k.state = 'current'
        WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL GROUP BY a.id) e)
    WHERE id = NEW.customer;
END;
