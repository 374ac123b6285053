-- The top of our tenancy. change_sequence and audit_sequence: last number given out in method_changes and audit.
CREATE TABLE organizations (
    id {uuid} NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    change_sequence BIGINT NOT NULL,
    audit_sequence BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Outside organizations: where a looked-up secret leads. hash: SHA-256 of the secret. expires_at is checked at use.
CREATE TABLE locator (
    hash {bytes} NOT NULL,
    organization {uuid} NOT NULL,
    kind TEXT NOT NULL,
    id {uuid} NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (hash)
);

-- Outside organizations: background work, claimed by moving due (milliseconds) forward and epoch up.
CREATE TABLE work (
    id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    organization {uuid} NOT NULL,
    subject {uuid} NOT NULL,
    due BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- People. Known by (tenant, object); name and username are for display.
CREATE TABLE members (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    tenant {uuid} NOT NULL,
    object {uuid} NOT NULL,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (id)
);

-- Portal sessions. seen_at: last request, to the minute.
CREATE TABLE sessions (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    member {uuid} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (id)
);

-- Whose data is backed up: one Microsoft tenant each.
CREATE TABLE customers (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    name TEXT NOT NULL,
    name_key {key} NOT NULL,
    tenant {uuid} NOT NULL,
    domain TEXT,
    confirmed_at BIGINT,
    confirmed_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- The records that a backup product works from. version grows with every change.
CREATE TABLE backup_sets (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    external_id {key} NOT NULL,
    name TEXT NOT NULL,
    name_key {key} NOT NULL,
    customer {uuid} NOT NULL,
    customer_key {key} NOT NULL,
    account TEXT,
    account_key {key},
    account_role TEXT NOT NULL,
    covers TEXT NOT NULL,
    workloads TEXT NOT NULL,
    region TEXT NOT NULL,
    client_version TEXT,
    method TEXT NOT NULL,
    method_changed_at BIGINT,
    connection {uuid},
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- The stream of changed methods, for products that poll.
CREATE TABLE method_changes (
    organization {uuid} NOT NULL,
    sequence BIGINT NOT NULL,
    backup_set {uuid} NOT NULL,
    external_id {key} NOT NULL,
    method TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (organization, sequence)
);

-- Uploaded lists. summary: the preview as JSON; rows: the good lines as JSON, kept until confirmed or expired.
CREATE TABLE imports (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    state TEXT NOT NULL,
    summary TEXT NOT NULL,
    rows {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    PRIMARY KEY (id)
);

-- Get access for chosen sets of one customer. version grows with every change and wakes live views.
CREATE TABLE authorizations (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    method TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- The queue of people who must sign in. steps, problem: JSON as shown.
CREATE TABLE sign_ins (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    "authorization" {uuid} NOT NULL,
    position BIGINT NOT NULL,
    account TEXT NOT NULL,
    account_key {key} NOT NULL,
    state TEXT NOT NULL,
    signed_in_as TEXT,
    steps TEXT NOT NULL,
    problem TEXT,
    approval_url TEXT,
    connection {uuid},
    done_at BIGINT,
    PRIMARY KEY (id)
);

-- Which sets a sign-in covers; name, method and version as they were when it was made.
CREATE TABLE sign_in_sets (
    organization {uuid} NOT NULL,
    sign_in {uuid} NOT NULL,
    backup_set {uuid} NOT NULL,
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organization, sign_in, backup_set)
);

-- Links that open the connect page. The secret is in locator only, hashed.
CREATE TABLE connect_links (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    "authorization" {uuid} NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (id)
);

-- One PKCE transaction in one tab. token: the posted access token, sealed, only between Save and its end. challenge: Microsoft's claims, sealed.
CREATE TABLE attempts (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    "authorization" {uuid} NOT NULL,
    sign_in {uuid} NOT NULL,
    link {uuid} NOT NULL,
    leg TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    token_hash {bytes},
    tenant {uuid},
    object {uuid},
    token {bytes},
    challenge {bytes},
    token_expires_at BIGINT,
    PRIMARY KEY (id)
);

-- What lets jobs in. refresh_token: sealed; token_version binds the seal to this state of the row.
CREATE TABLE connections (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    tenant {uuid} NOT NULL,
    object {uuid} NOT NULL,
    account TEXT NOT NULL,
    account_key {key} NOT NULL,
    state TEXT NOT NULL,
    refresh_token {bytes} NOT NULL,
    token_version BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    connected_at BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    failed_at BIGINT,
    help TEXT,
    PRIMARY KEY (id)
);

-- Events. sequence is given by the sealer.
CREATE TABLE audit (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    sequence BIGINT,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (id)
);

-- Names of the people in audit: apart, so that a person can be erased and the chain stays.
CREATE TABLE audit_names (
    organization {uuid} NOT NULL,
    reference TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (organization, reference)
);

-- The chain: hash covers the batch's rows and the hash before; key: the master key from which the chain's key was made.
CREATE TABLE audit_batches (
    organization {uuid} NOT NULL,
    batch BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    previous {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    key TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (organization, batch)
);

-- API keys. customers: ids joined by commas, null for all.
CREATE TABLE api_keys (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    name TEXT NOT NULL,
    customers TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX members_identity ON members (organization, tenant, object);
CREATE UNIQUE INDEX customers_tenant ON customers (organization, tenant);
CREATE INDEX customers_name ON customers (organization, name_key, id);
CREATE UNIQUE INDEX backup_sets_external ON backup_sets (organization, external_id);
CREATE INDEX backup_sets_customer ON backup_sets (organization, customer, method);
CREATE INDEX backup_sets_by_customer ON backup_sets (organization, customer_key, name_key, id);
CREATE INDEX backup_sets_by_name ON backup_sets (organization, name_key, id);
CREATE INDEX backup_sets_by_method ON backup_sets (organization, method, customer_key, name_key, id);
CREATE INDEX authorizations_newest ON authorizations (organization, id);
CREATE INDEX authorizations_state ON authorizations (organization, state, id);
CREATE INDEX sign_ins_authorization ON sign_ins (organization, "authorization", position);
CREATE INDEX sign_in_sets_set ON sign_in_sets (organization, backup_set);
CREATE INDEX attempts_sign_in ON attempts (organization, "authorization", state);
CREATE UNIQUE INDEX connections_account ON connections (organization, tenant, object);
CREATE INDEX connections_customer ON connections (organization, customer);
CREATE INDEX audit_order ON audit (organization, id);
CREATE INDEX audit_unsealed ON audit (organization, sequence);
CREATE INDEX work_due ON work (due);
CREATE UNIQUE INDEX work_subject ON work (kind, subject);
