-- A refresh of a connection is leased (leased_until: milliseconds) and fenced (epoch counts the leases).
ALTER TABLE connections ADD COLUMN leased_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- For how many backup sets an API key asked tokens within an hour (hour: hours since 1970), the most that one node saw.
CREATE TABLE key_breadth (
    organization {uuid} NOT NULL,
    api_key {uuid} NOT NULL,
    hour BIGINT NOT NULL,
    sets BIGINT NOT NULL,
    PRIMARY KEY (organization, api_key, hour)
);
