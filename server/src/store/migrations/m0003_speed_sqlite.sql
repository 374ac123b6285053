-- Searching looks at every set: with all three texts in the index it need not look at the rows.
DROP INDEX backup_sets_by_customer;
CREATE INDEX backup_sets_by_customer ON backup_sets (organization, customer_key, name_key, id, account_key);
DROP INDEX backup_sets_by_name;
CREATE INDEX backup_sets_by_name ON backup_sets (organization, name_key, id, account_key, customer_key);
DROP INDEX backup_sets_by_method;
CREATE INDEX backup_sets_by_method ON backup_sets (organization, method, customer_key, name_key, id, account_key);
