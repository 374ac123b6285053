-- The domain that strangers are shown beside an organization's name: vetted by the operator, like the name.
ALTER TABLE organizations ADD COLUMN domain TEXT;

-- A customer's technical contact: gets a mail when something was connected.
ALTER TABLE customers ADD COLUMN contact TEXT;
ALTER TABLE customers ADD COLUMN contact_language TEXT;

-- Who uploaded a list: a technician sees only their own.
ALTER TABLE imports ADD COLUMN created_by TEXT NOT NULL DEFAULT '';

-- Which customers a technician works with.
CREATE TABLE member_customers (
    organization {uuid} NOT NULL,
    member {uuid} NOT NULL,
    customer {uuid} NOT NULL,
    PRIMARY KEY (organization, member, customer)
);

-- Links by which somebody asks to become a member; the inviter confirms who it was. customers: ids joined by commas.
CREATE TABLE member_invitations (
    id {uuid} NOT NULL,
    organization {uuid} NOT NULL,
    role TEXT NOT NULL,
    customers TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tenant {uuid},
    object {uuid},
    name TEXT,
    username TEXT,
    claimed_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (id)
);

-- Invitations are links for somebody without an account: to one authorization, perhaps to one sign-in of it, used up by
-- Save. mail_secret: the link's secret, sealed, only until the mail has gone.
ALTER TABLE connect_links ADD COLUMN kind TEXT NOT NULL DEFAULT 'direct';
ALTER TABLE connect_links ADD COLUMN sign_in {uuid};
ALTER TABLE connect_links ADD COLUMN recipient TEXT;
ALTER TABLE connect_links ADD COLUMN language TEXT;
ALTER TABLE connect_links ADD COLUMN used_at BIGINT;
ALTER TABLE connect_links ADD COLUMN mail TEXT;
ALTER TABLE connect_links ADD COLUMN mail_secret {bytes};

CREATE INDEX member_invitations_order ON member_invitations (organization, id);
CREATE INDEX connect_links_authorization ON connect_links (organization, "authorization", id);
CREATE INDEX connect_links_order ON connect_links (organization, kind, id);
CREATE INDEX member_customers_customer ON member_customers (organization, customer);
