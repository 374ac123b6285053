-- What an authorization does, by which way in, and whether an app for restores is wanted beside the one for backups.
ALTER TABLE authorizations ADD COLUMN kind TEXT NOT NULL DEFAULT 'migrate_to_hybrid';
ALTER TABLE authorizations ADD COLUMN way TEXT NOT NULL DEFAULT 'set_up';
ALTER TABLE authorizations ADD COLUMN restores BIGINT NOT NULL DEFAULT 0;

-- API keys: the purposes they may ask tokens for, joined by commas; null for all.
ALTER TABLE api_keys ADD COLUMN purposes TEXT;

-- App-only connections: an app of the customer's own. unique_name: the secret uniqueName, written down before the app is
-- made. roles: as last seen in tokens, resource:value joined by spaces.
CREATE TABLE apps (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    tenant {uuid} NOT NULL,
    purpose TEXT NOT NULL,
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unique_name TEXT NOT NULL,
    client_id {uuid},
    object {uuid},
    principal {uuid},
    workloads TEXT NOT NULL,
    sharepoint_host TEXT,
    roles TEXT NOT NULL,
    set_up_at BIGINT,
    checked_at BIGINT,
    failed_at BIGINT,
    first_token_at BIGINT,
    removed_at BIGINT,
    help TEXT,
    left_behind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Certificates of apps. certificate: DER, public. private_key: sealed; null once forgotten. key_id: Entra's keyId.
-- days: the validity asked for; shortened: why less than two years.
CREATE TABLE certificates (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    app {uuid} NOT NULL,
    state TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    certificate {bytes} NOT NULL,
    private_key {bytes},
    key_id {uuid},
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    shortened TEXT,
    created_at BIGINT NOT NULL,
    proved_at BIGINT,
    renew_at BIGINT,
    remove_at BIGINT,
    removed_at BIGINT,
    PRIMARY KEY (id)
);

-- The steps of setting up or cleaning up a tenant. administrator: the object id of who signed in.
CREATE TABLE journals (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    tenant {uuid} NOT NULL,
    "authorization" {uuid} NOT NULL,
    sign_in {uuid} NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    administrator {uuid} NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (id)
);

-- Each step is written down as intended before it is done.
CREATE TABLE journal_steps (
    organization {uuid} NOT NULL,
    journal {uuid} NOT NULL,
    position BIGINT NOT NULL,
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    object TEXT,
    intended_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (organization, journal, position)
);

-- Restores that a member approved: only while one is open are tokens for writing handed out.
CREATE TABLE restores (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    reason TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT,
    PRIMARY KEY (id)
);

-- Cached tokens handed out, per connection, key and minute.
CREATE TABLE token_counts (
    organization {uuid} NOT NULL,
    minute BIGINT NOT NULL,
    connection {uuid} NOT NULL,
    api_key {uuid} NOT NULL,
    resource TEXT NOT NULL,
    purpose TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (organization, minute, connection, api_key, resource, purpose)
);

-- What the portal warns of. subject: what it is about; kind and subject and stage are sent once.
CREATE TABLE notices (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid},
    kind TEXT NOT NULL,
    subject {uuid} NOT NULL,
    stage BIGINT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    PRIMARY KEY (id)
);

-- Where notices go besides the portal: mail addresses and webhooks. secret: sealed, of webhooks.
CREATE TABLE channels (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    secret {bytes},
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (id)
);

-- A notice on its way through a channel.
CREATE TABLE deliveries (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    channel {uuid} NOT NULL,
    notice {uuid} NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_answer TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX apps_tenant ON apps (organization, tenant, purpose) WHERE removed_at IS NULL;
CREATE INDEX apps_customer ON apps (organization, customer);
CREATE INDEX certificates_app ON certificates (organization, app);
CREATE INDEX certificates_end ON certificates (organization, state, not_after);
CREATE UNIQUE INDEX journals_running ON journals (organization, tenant) WHERE state = 'running';
CREATE INDEX journals_authorization ON journals (organization, "authorization");
CREATE INDEX restores_customer ON restores (organization, customer, ends_at);
CREATE UNIQUE INDEX notices_once ON notices (organization, kind, subject, stage);
CREATE INDEX notices_open ON notices (organization, resolved_at, created_at);
CREATE INDEX backup_sets_connection ON backup_sets (organization, connection);
CREATE UNIQUE INDEX deliveries_once ON deliveries (organization, channel, notice);
