-- How often each master key has sealed, by all nodes: random nonces are good for 2^32 of them.
CREATE TABLE key_uses (
    master_key TEXT PRIMARY KEY,
    uses BIGINT NOT NULL
);
