-- A migration of many sets of many customers. aim: recommended, hybrid or modern. retirement: the announced end that it
-- answers. starts_at: nothing of it begins before.
CREATE TABLE waves (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    aim TEXT NOT NULL,
    retirement TEXT,
    state TEXT NOT NULL,
    starts_at BIGINT,
    deadline BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- The wave that an authorization and its sign-ins belong to. sets: how many a wave's sign-in covers; 0 outside waves.
ALTER TABLE authorizations ADD COLUMN wave {uuid};
ALTER TABLE sign_ins ADD COLUMN wave {uuid};
ALTER TABLE sign_ins ADD COLUMN sets BIGINT NOT NULL DEFAULT 0;

-- What the list of customers sorts and filters by, kept up to date by triggers. connected, unwell: connections and apps
-- that work, and that need somebody. ends_at: when the first of its apps is left without a certificate.
ALTER TABLE customers ADD COLUMN sets_basic BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN sets_hybrid BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN sets_modern BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN connected BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN unwell BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN open_authorizations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN ends_at BIGINT;

CREATE INDEX waves_newest ON waves (organization, id);
CREATE INDEX authorizations_wave ON authorizations (organization, wave, customer, version) WHERE wave IS NOT NULL;
CREATE INDEX authorizations_customer ON authorizations (organization, customer, state);
CREATE INDEX sign_ins_wave ON sign_ins (organization, wave, state, id, sets) WHERE wave IS NOT NULL;
CREATE INDEX connections_state ON connections (organization, state, customer);
CREATE INDEX attempts_of_sign_in ON attempts (organization, sign_in, state);
-- What a retirement stops is counted by data and customer; how sets split by method is on the customers now.
DROP INDEX backup_sets_counts;
CREATE INDEX backup_sets_workloads ON backup_sets (organization, method, workloads, customer);
