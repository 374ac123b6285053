-- What happened, for channels: written with the change, and only while a channel listens. data: JSON, as it is sent. notice:
-- the warning that it tells of.
CREATE TABLE events (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    kind TEXT NOT NULL,
    customer {uuid},
    notice {uuid},
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- An event on its way through a channel. next_at: milliseconds. status, duration (milliseconds), last_answer: of the last
-- try. The table before knew notices only; what was on its way through it stays in the portal as a notice.
DROP TABLE deliveries;
DELETE FROM work WHERE kind = 'deliver';
CREATE TABLE deliveries (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    channel {uuid} NOT NULL,
    event {uuid} NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    tried_at BIGINT,
    status BIGINT,
    duration BIGINT,
    last_answer TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (organization, channel, event);
CREATE INDEX deliveries_log ON deliveries (organization, channel, id);
CREATE INDEX deliveries_due ON deliveries (organization, channel, state, id);
CREATE INDEX deliveries_old ON deliveries (organization, created_at);
CREATE INDEX events_old ON events (organization, created_at);

-- What a channel chose (null: the defaults of its kind; all customers), its secrets, since when nothing was taken, and who
-- sends through it now (leased_until: milliseconds).
ALTER TABLE channels ADD COLUMN events TEXT;
ALTER TABLE channels ADD COLUMN customers TEXT;
ALTER TABLE channels ADD COLUMN secret_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE channels ADD COLUMN previous_secret {bytes};
ALTER TABLE channels ADD COLUMN previous_until BIGINT;
ALTER TABLE channels ADD COLUMN failing_since BIGINT;
ALTER TABLE channels ADD COLUMN leased_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- How far the stream of changed methods was told.
ALTER TABLE organizations ADD COLUMN told_changes BIGINT NOT NULL DEFAULT 0;
UPDATE organizations SET told_changes = change_sequence;

-- Who did what: the exposure report.
CREATE INDEX audit_actor ON audit (organization, actor, id);

-- A second chain over the same batches without a key, so that somebody without the master key can follow it.
ALTER TABLE audit_batches ADD COLUMN digest {bytes};
