-- Regions (a reference table: the same on every shard), grids, groups.
CREATE TABLE region (
    code BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,          -- as people say it: 礼坑村
    official TEXT NOT NULL,      -- as the statistics bureau prints it: 礼坑村村民委员会
    name_key BYTEA NOT NULL,     -- the name's bytes: prefix search by range, the same in every locale
    parent BIGINT,
    level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 5),
    active BIGINT NOT NULL DEFAULT 0 CHECK (active IN (0, 1)) -- it, or a village below, takes part
);
CREATE INDEX region_parent ON region (parent, code);
CREATE INDEX region_name ON region (name_key);

CREATE TABLE grid (
    village BIGINT NOT NULL,
    code TEXT NOT NULL,          -- the path: 01.02.03.04
    name TEXT NOT NULL,
    level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 4),
    parent TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (village, code),
    FOREIGN KEY (village, parent) REFERENCES grid (village, code)
);
CREATE INDEX grid_parent ON grid (village, parent);

-- 一长三员 over time: who answers for a grid. `last` is empty while it lasts.
CREATE TABLE grid_duty (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    grid TEXT NOT NULL,
    duty TEXT NOT NULL CHECK (duty = 'head' OR duty = 'full_time' OR duty = 'part_time' OR duty = 'instructor'),
    name TEXT NOT NULL,
    resident BIGINT,
    first BIGINT NOT NULL,
    last BIGINT,
    PRIMARY KEY (village, id),
    FOREIGN KEY (village, grid) REFERENCES grid (village, code)
);
CREATE INDEX grid_duty_grid ON grid_duty (village, grid);

CREATE TABLE village_group (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    leader TEXT,
    leader_resident BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (village, id),
    UNIQUE (village, name)
);
