-- rules: the switches of the migration rules as last written down in the audit log; empty: as built in.
ALTER TABLE organizations ADD COLUMN rules TEXT;
