-- Keeps the numbers of customers. Sets come and go by the thousand: they are counted once for each statement.
CREATE FUNCTION rekey_count_sets_in() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE customers c SET sets_basic = c.sets_basic + n.basic, sets_hybrid = c.sets_hybrid + n.hybrid, sets_modern = c.sets_modern + n.modern
    FROM (SELECT customer, COUNT(*) FILTER (WHERE method = 'basic') AS basic, COUNT(*) FILTER (WHERE method = 'hybrid') AS hybrid,
        COUNT(*) FILTER (WHERE method = 'modern') AS modern FROM came GROUP BY customer ORDER BY customer) n
    WHERE c.id = n.customer;
    RETURN NULL;
END $$;
CREATE FUNCTION rekey_count_sets_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE customers c SET sets_basic = c.sets_basic - n.basic, sets_hybrid = c.sets_hybrid - n.hybrid, sets_modern = c.sets_modern - n.modern
    FROM (SELECT customer, COUNT(*) FILTER (WHERE method = 'basic') AS basic, COUNT(*) FILTER (WHERE method = 'hybrid') AS hybrid,
        COUNT(*) FILTER (WHERE method = 'modern') AS modern FROM went GROUP BY customer ORDER BY customer) n
    WHERE c.id = n.customer;
    RETURN NULL;
END $$;
CREATE FUNCTION rekey_count_sets_anew() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE customers c SET sets_basic = c.sets_basic + n.basic, sets_hybrid = c.sets_hybrid + n.hybrid, sets_modern = c.sets_modern + n.modern
    FROM (SELECT customer, SUM(d) FILTER (WHERE method = 'basic') AS basic, SUM(d) FILTER (WHERE method = 'hybrid') AS hybrid,
        SUM(d) FILTER (WHERE method = 'modern') AS modern
        FROM (SELECT customer, method, 1 AS d FROM came UNION ALL SELECT customer, method, -1 FROM went) both_ways
        GROUP BY customer ORDER BY customer) m
    CROSS JOIN LATERAL (SELECT m.customer, COALESCE(m.basic, 0) AS basic, COALESCE(m.hybrid, 0) AS hybrid, COALESCE(m.modern, 0) AS modern) n
    WHERE c.id = n.customer AND (n.basic <> 0 OR n.hybrid <> 0 OR n.modern <> 0);
    RETURN NULL;
END $$;
CREATE TRIGGER backup_sets_counted_in AFTER INSERT ON backup_sets REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION rekey_count_sets_in();
CREATE TRIGGER backup_sets_counted_anew AFTER UPDATE ON backup_sets REFERENCING NEW TABLE AS came OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION rekey_count_sets_anew();
CREATE TRIGGER backup_sets_counted_out AFTER DELETE ON backup_sets REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION rekey_count_sets_out();

CREATE FUNCTION rekey_count_connections() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE customers SET connected = connected - (CASE WHEN OLD.state IN ('working', 'doubtful') THEN 1 ELSE 0 END), unwell = unwell - (CASE WHEN OLD.state IN ('needs_holder', 'ended') THEN 1 ELSE 0 END) WHERE id = OLD.customer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE customers SET connected = connected + (CASE WHEN NEW.state IN ('working', 'doubtful') THEN 1 ELSE 0 END), unwell = unwell + (CASE WHEN NEW.state IN ('needs_holder', 'ended') THEN 1 ELSE 0 END) WHERE id = NEW.customer;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER connections_counted AFTER INSERT OR DELETE ON connections FOR EACH ROW EXECUTE FUNCTION rekey_count_connections();
CREATE TRIGGER connections_counted_anew AFTER UPDATE ON connections FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.customer IS DISTINCT FROM NEW.customer) EXECUTE FUNCTION rekey_count_connections();

CREATE FUNCTION rekey_count_apps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE customers SET connected = connected - (CASE WHEN OLD.removed_at IS NULL AND OLD.state IN ('working', 'doubtful') THEN 1 ELSE 0 END), unwell = unwell - (CASE WHEN OLD.removed_at IS NULL AND OLD.state IN ('needs_administrator', 'off') THEN 1 ELSE 0 END) WHERE id = OLD.customer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE customers SET connected = connected + (CASE WHEN NEW.removed_at IS NULL AND NEW.state IN ('working', 'doubtful') THEN 1 ELSE 0 END), unwell = unwell + (CASE WHEN NEW.removed_at IS NULL AND NEW.state IN ('needs_administrator', 'off') THEN 1 ELSE 0 END) WHERE id = NEW.customer;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER apps_counted AFTER INSERT OR DELETE ON apps FOR EACH ROW EXECUTE FUNCTION rekey_count_apps();
CREATE TRIGGER apps_counted_anew AFTER UPDATE ON apps FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.customer IS DISTINCT FROM NEW.customer OR OLD.removed_at IS DISTINCT FROM NEW.removed_at) EXECUTE FUNCTION rekey_count_apps();

CREATE FUNCTION rekey_count_authorizations() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE customers SET open_authorizations = open_authorizations - (CASE WHEN OLD.state = 'open' THEN 1 ELSE 0 END) WHERE id = OLD.customer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE customers SET open_authorizations = open_authorizations + (CASE WHEN NEW.state = 'open' THEN 1 ELSE 0 END) WHERE id = NEW.customer;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER authorizations_counted AFTER INSERT OR DELETE ON authorizations FOR EACH ROW EXECUTE FUNCTION rekey_count_authorizations();
CREATE TRIGGER authorizations_counted_anew AFTER UPDATE ON authorizations FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.customer IS DISTINCT FROM NEW.customer) EXECUTE FUNCTION rekey_count_authorizations();

CREATE FUNCTION rekey_note_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose UUID;
BEGIN
    IF TG_TABLE_NAME = 'apps' THEN
        whose := NEW.customer;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT a.customer INTO whose FROM apps a WHERE a.id = OLD.app;
    ELSE
        SELECT a.customer INTO whose FROM apps a WHERE a.id = NEW.app;
    END IF;
    UPDATE customers SET ends_at = (SELECT MIN(e.last) FROM (
        SELECT MAX(k.not_after) AS last FROM apps a JOIN certificates k ON k.organization = a.organization AND k.app = a.id AND k.state = 'current'
        WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL GROUP BY a.id) e)
    WHERE id = whose;
    RETURN NULL;
END $$;
CREATE TRIGGER certificates_end AFTER INSERT OR DELETE OR UPDATE OF state, not_after ON certificates FOR EACH ROW EXECUTE FUNCTION rekey_note_end();
CREATE TRIGGER apps_end AFTER UPDATE OF removed_at, customer ON apps FOR EACH ROW EXECUTE FUNCTION rekey_note_end();
