-- Links to the page on which a customer sees what is connected. The secret is in locator only, hashed.
CREATE TABLE customer_links (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (id)
);

CREATE INDEX customer_links_customer ON customer_links (organization, customer, revoked_at);
CREATE INDEX sign_ins_connection ON sign_ins (organization, connection, done_at);
