-- Counting looks at every set: the narrower the index, the fewer pages.
CREATE INDEX backup_sets_counts ON backup_sets (organization, method, customer);
