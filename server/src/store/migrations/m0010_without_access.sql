-- Sets that have left passwords and lost their connection: few, and the first screen names them.
CREATE INDEX backup_sets_without_access ON backup_sets (organization, customer) WHERE connection IS NULL AND method <> 'basic';
