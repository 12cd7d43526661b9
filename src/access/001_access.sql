-- Accounts belong to the installation, not to a village: on a sharded database these are reference
-- tables (one sign-in name across all villages). Audit rows and stored replies grow with the
-- villages' work, so their keys start with the village.
CREATE TABLE access_account (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display TEXT NOT NULL,
    unit BIGINT NOT NULL CHECK (unit >= 0),
    village BIGINT,
    resident BIGINT,
    household BIGINT,
    phone BYTEA,
    phone_blind BYTEA UNIQUE,
    password TEXT NOT NULL,
    must_change BIGINT NOT NULL CHECK (must_change IN (0, 1)),
    password_until BIGINT,
    totp BYTEA,
    totp_pending BYTEA,
    totp_step BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    version BIGINT NOT NULL,
    CHECK ((phone IS NULL) = (phone_blind IS NULL)),
    CHECK (resident IS NULL OR village IS NOT NULL),
    CHECK (household IS NULL OR resident IS NOT NULL)
);
CREATE INDEX access_account_unit ON access_account (unit, id);
CREATE INDEX access_account_resident ON access_account (village, resident);

CREATE TABLE access_grant (
    account BIGINT NOT NULL REFERENCES access_account (id),
    id BIGINT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope = 'region' OR scope = 'grid' OR scope = 'household'),
    region BIGINT NOT NULL CHECK (region >= 0),
    grid TEXT NOT NULL,
    household BIGINT NOT NULL,
    granted_by BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (account, id),
    UNIQUE (account, role, region, grid, household),
    CHECK ((scope = 'grid') = (grid <> '')),
    CHECK ((scope = 'household') = (household <> 0))
);

CREATE TABLE access_session (
    id BYTEA NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES access_account (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX access_session_account ON access_session (account);

CREATE TABLE access_token (
    hash BYTEA NOT NULL PRIMARY KEY,
    id BIGINT NOT NULL UNIQUE,
    account BIGINT NOT NULL REFERENCES access_account (id),
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_token_account ON access_token (account, id);

CREATE TABLE access_recovery (
    account BIGINT NOT NULL REFERENCES access_account (id),
    hash BYTEA NOT NULL,
    PRIMARY KEY (account, hash)
);

-- Failed sign-ins by account, unknown name and address: they outlive a restart.
CREATE TABLE access_throttle (
    subject TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

CREATE TABLE access_audit (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account BIGINT,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    status BIGINT NOT NULL,
    subject BIGINT,
    address TEXT NOT NULL,
    request TEXT NOT NULL,
    note TEXT,
    body TEXT,
    PRIMARY KEY (village, id)
);
CREATE INDEX access_audit_id ON access_audit (id);

CREATE TABLE access_idempotency (
    village BIGINT NOT NULL,
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    hash BYTEA NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT,
    headers TEXT,
    body BYTEA,
    PRIMARY KEY (village, account, key)
);
CREATE INDEX access_idempotency_at ON access_idempotency (at);

-- Which key file this database was filled with.
CREATE TABLE access_key (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    mark BYTEA NOT NULL
);
