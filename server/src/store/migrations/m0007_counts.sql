UPDATE customers SET
    sets_basic = (SELECT COUNT(*) FROM backup_sets s WHERE s.organization = customers.organization AND s.customer = customers.id AND s.method = 'basic'),
    sets_hybrid = (SELECT COUNT(*) FROM backup_sets s WHERE s.organization = customers.organization AND s.customer = customers.id AND s.method = 'hybrid'),
    sets_modern = (SELECT COUNT(*) FROM backup_sets s WHERE s.organization = customers.organization AND s.customer = customers.id AND s.method = 'modern'),
    connected = (SELECT COUNT(*) FROM connections c WHERE c.organization = customers.organization AND c.customer = customers.id AND c.state IN ('working', 'doubtful'))
        + (SELECT COUNT(*) FROM apps a WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL AND a.state IN ('working', 'doubtful')),
    unwell = (SELECT COUNT(*) FROM connections c WHERE c.organization = customers.organization AND c.customer = customers.id AND c.state IN ('needs_holder', 'ended'))
        + (SELECT COUNT(*) FROM apps a WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL AND a.state IN ('needs_administrator', 'off')),
    open_authorizations = (SELECT COUNT(*) FROM authorizations o WHERE o.organization = customers.organization AND o.customer = customers.id AND o.state = 'open'),
    ends_at = (SELECT MIN(e.last) FROM (
        SELECT MAX(k.not_after) AS last FROM apps a JOIN certificates k ON k.organization = a.organization AND k.app = a.id AND k.state = 'current'
        WHERE a.organization = customers.organization AND a.customer = customers.id AND a.removed_at IS NULL GROUP BY a.id) e);
