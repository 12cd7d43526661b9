-- Registers. A subject of points is a resident, a household or an organisation.
CREATE TABLE household (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    number TEXT NOT NULL,        -- 户号
    head BIGINT,                 -- resident; empty while nobody is named
    address TEXT,
    grid TEXT,
    grid_no BIGINT NOT NULL DEFAULT 0, -- region_grid_range: subtrees are ranges; 0: in no grid yet
    village_group BIGINT,
    tags TEXT NOT NULL DEFAULT '', -- codes of the tags held now, each with a space before and after
    state TEXT NOT NULL CHECK (state = 'active' OR state = 'merged' OR state = 'dissolved'),
    merged_into BIGINT,
    pledged_on BIGINT,           -- 承诺签约, while one is in force
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (village, id),
    UNIQUE (village, number),
    FOREIGN KEY (village, grid) REFERENCES grid (village, code),
    FOREIGN KEY (village, village_group) REFERENCES village_group (village, id)
);
CREATE INDEX household_state ON household (village, state, id);
CREATE INDEX household_grid ON household (village, state, grid_no);

CREATE TABLE resident (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    household BIGINT NOT NULL,   -- the present one, or the last one of somebody who left
    relation TEXT NOT NULL CHECK (relation = 'head' OR relation = 'spouse' OR relation = 'son'
        OR relation = 'daughter' OR relation = 'grandchild' OR relation = 'parent' OR relation = 'grandparent'
        OR relation = 'sibling' OR relation = 'other'), -- GB/T 4761
    name TEXT NOT NULL,
    name_key BYTEA NOT NULL,     -- bytes of the name, and without its first character: prefix search
    given_key BYTEA NOT NULL,    --   by range, the same on every engine and in every locale
    sex TEXT NOT NULL CHECK (sex IN ('male', 'female')),
    birth BIGINT NOT NULL,
    id_sealed BYTEA,
    id_blind BYTEA,
    phone_sealed BYTEA,
    phone_blind BYTEA,
    tail_blind BYTEA,            -- of the phone's last four digits
    grid_no BIGINT NOT NULL DEFAULT 0, -- the household's, copied so that lists need no join
    village_group BIGINT,
    tags TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state = 'active' OR state = 'moved_out' OR state = 'dead'),
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (village, id),
    UNIQUE (village, id_blind),
    FOREIGN KEY (village, household) REFERENCES household (village, id)
);
CREATE INDEX resident_household ON resident (village, household, state, id); -- all four, or a household is found by reading the village
CREATE INDEX resident_name ON resident (village, name_key);
CREATE INDEX resident_given ON resident (village, given_key);
CREATE INDEX resident_tail ON resident (village, tail_blind);
CREATE INDEX resident_state ON resident (village, state, id, birth); -- lists; minors are counted in it
CREATE INDEX resident_grid ON resident (village, state, grid_no, village_group); -- grids, and all counts

-- Who belonged to which household, when, and why it began and ended. Never changed but for its end.
CREATE TABLE membership (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    resident BIGINT NOT NULL,
    household BIGINT NOT NULL,
    relation TEXT NOT NULL,
    first BIGINT NOT NULL,
    began TEXT NOT NULL CHECK (began = 'register' OR began = 'birth' OR began = 'move_in' OR began = 'split'
        OR began = 'merge'),
    last BIGINT,
    ended TEXT CHECK (ended = 'move_out' OR ended = 'death' OR ended = 'split' OR ended = 'merge'),
    note TEXT,
    PRIMARY KEY (village, id),
    FOREIGN KEY (village, resident) REFERENCES resident (village, id),
    FOREIGN KEY (village, household) REFERENCES household (village, id),
    CHECK ((last IS NULL) = (ended IS NULL))
);
CREATE INDEX membership_resident ON membership (village, resident);
CREATE INDEX membership_household ON membership (village, household);

CREATE TABLE organisation (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_key BYTEA NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'shop' OR kind = 'association' OR kind = 'team' OR kind = 'enterprise'
        OR kind = 'other'),
    contact TEXT,
    phone_sealed BYTEA,
    address TEXT,
    grid TEXT,
    grid_no BIGINT NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('active', 'dissolved')),
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (village, id),
    UNIQUE (village, name),
    FOREIGN KEY (village, grid) REFERENCES grid (village, code)
);
CREATE INDEX organisation_name ON organisation (village, name_key);

-- The village's own tags; the common ones are built in (people_tags.c).
CREATE TABLE tag (
    village BIGINT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'resident' OR kind = 'household' OR kind = 'organisation'),
    PRIMARY KEY (village, code),
    UNIQUE (village, name)
);

-- Who held a tag when; `last` is empty while it is held.
CREATE TABLE subject_tag (
    village BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    tag TEXT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT,
    PRIMARY KEY (village, subject, tag, first)
);
CREATE INDEX subject_tag_tag ON subject_tag (village, tag, subject);

CREATE TABLE pledge (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    household BIGINT NOT NULL,
    signed_on BIGINT NOT NULL,
    signer BIGINT,
    terms TEXT,                  -- which text was signed
    ended_on BIGINT,
    reason TEXT,
    PRIMARY KEY (village, id),
    FOREIGN KEY (village, household) REFERENCES household (village, id)
);
CREATE INDEX pledge_household ON pledge (village, household);
