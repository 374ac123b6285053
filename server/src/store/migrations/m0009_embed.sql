-- The embed: origins that may show it, sessions of consoles, and the windows that frames opened.
-- The secrets of sessions and windows are in locator only, hashed.
CREATE TABLE embed_origins (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    origin {key} NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX embed_origins_origin ON embed_origins (organization, origin);

-- sets: ids, joined by commas. authorization: the one in hand.
CREATE TABLE embed_sessions (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    api_key {uuid} NOT NULL,
    origin {key} NOT NULL,
    host_user TEXT NOT NULL,
    method TEXT NOT NULL,
    sets TEXT NOT NULL,
    authorization_id {uuid},
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX embed_sessions_customer ON embed_sessions (organization, customer, host_user, id);
CREATE INDEX embed_sessions_expires ON embed_sessions (organization, expires_at);

-- code: SHA-256 of id and code. challenge: SHA-256 of what the window said and its frame confirmed.
CREATE TABLE embed_popups (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    embed_session {uuid} NOT NULL,
    state TEXT NOT NULL,
    code {bytes} NOT NULL,
    tries BIGINT NOT NULL,
    challenge {bytes},
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX embed_popups_session ON embed_popups (organization, embed_session, id);

-- The embed session by whose window a link came to be; the link dies with it.
ALTER TABLE connect_links ADD COLUMN embed_session {uuid};
