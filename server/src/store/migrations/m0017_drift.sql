-- drifted: 1 while the app works and its permissions are not the manifest's.
ALTER TABLE apps ADD COLUMN drifted BIGINT NOT NULL DEFAULT 0;
