-- What the installation itself knows, below every slice.

-- Made once, by init or demo. The key file and every backup carry the same id, and they are held against each other.
CREATE TABLE installation (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    moved_to TEXT                -- it was carried over to another database, and this one is closed
);

-- Who makes ids with which node number (kernel/id.h, store/lease.c). holder '': given back; until: of the database's
-- clock, milliseconds since 1970; ids_to: no id made with the number has this time or a later one.
CREATE TABLE node_lease (
    node BIGINT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    ids_to BIGINT NOT NULL
);

-- Each server writes here that it can write.
CREATE TABLE heartbeat (
    node BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

-- The last good backups.
CREATE TABLE backup_made (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    place TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    verified BIGINT NOT NULL
);
