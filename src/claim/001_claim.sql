-- 申报: a deed put forward, its six steps (seed 000 篇2) and what was decided at each.
CREATE TABLE claim (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'submitted' OR state = 'returned' OR state = 'checked' OR state = 'published'
        OR state = 'objected' OR state = 'approved' OR state = 'recorded' OR state = 'rejected' OR state = 'withdrawn'
        OR state = 'reversed'),
    version BIGINT NOT NULL,
    -- Whose deed, as of the day it was claimed: the register may change, the claim does not.
    subject_kind TEXT NOT NULL CHECK (subject_kind = 'resident' OR subject_kind = 'household'
        OR subject_kind = 'organisation'),
    subject BIGINT NOT NULL,
    subject_name TEXT NOT NULL,
    subject_masked TEXT NOT NULL,
    subject_public TEXT NOT NULL,
    class TEXT NOT NULL,
    household BIGINT,
    grid TEXT,
    -- What
    item TEXT NOT NULL,
    item_label TEXT NOT NULL,
    category TEXT NOT NULL,
    scheme_version BIGINT NOT NULL,
    deed_on BIGINT NOT NULL,
    place TEXT NOT NULL,
    place_key TEXT NOT NULL,
    cause TEXT NOT NULL,
    evidence TEXT,
    level TEXT,
    chosen BIGINT,
    quantity BIGINT,
    points BIGINT NOT NULL,
    explain_zh TEXT NOT NULL,
    explain_en TEXT NOT NULL,
    tree TEXT NOT NULL,
    -- How it came
    channel TEXT NOT NULL CHECK (channel = 'phone_page' OR channel = 'oral' OR channel = 'phone' OR channel = 'sms'
        OR channel = 'qq' OR channel = 'wechat' OR channel = 'paper' OR channel = 'grid_worker'),
    claimant TEXT NOT NULL CHECK (claimant = 'self' OR claimant = 'proxy' OR claimant = 'recorder'),
    reporter TEXT,
    claimed_by BIGINT NOT NULL,
    claimed_by_name TEXT NOT NULL,
    -- How it went
    checked_by BIGINT,
    approved_by BIGINT,
    decided_by_name TEXT,
    decided_on BIGINT,
    notice BIGINT,
    first_day BIGINT,
    last_day BIGINT,
    due_on BIGINT,
    posting BIGINT,
    reversal BIGINT,
    penalty BIGINT,
    false_claim BIGINT NOT NULL CHECK (false_claim IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (village, id),
    CHECK ((state <> 'recorded' AND state <> 'reversed') OR posting IS NOT NULL),
    CHECK ((state = 'reversed') = (reversal IS NOT NULL))
);
CREATE UNIQUE INDEX claim_number ON claim (village, number);
-- One deed counts once: same subject, item, day and place.
CREATE UNIQUE INDEX claim_once ON claim (village, subject_kind, subject, item, deed_on, place_key)
    WHERE state <> 'rejected' AND state <> 'withdrawn' AND state <> 'reversed';
-- A village's list of a state, and what waits in the villages of a township.
CREATE INDEX claim_state ON claim (state, village, id, due_on);
CREATE INDEX claim_by ON claim (village, claimed_by, id);
CREATE INDEX claim_household ON claim (village, household, id);

-- Every step: who, when, from where to where, what changed, why.
CREATE TABLE claim_step (
    village BIGINT NOT NULL,
    claim BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    action TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    by_account BIGINT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT,
    changes TEXT,
    PRIMARY KEY (village, claim, seq),
    FOREIGN KEY (village, claim) REFERENCES claim (village, id)
);

-- 佐证照片, where there are some.
CREATE TABLE claim_photo (
    village BIGINT NOT NULL,
    claim BIGINT NOT NULL,
    id BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    by_account BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (village, claim, id),
    FOREIGN KEY (village, claim) REFERENCES claim (village, id)
);

-- Numbers that people can say on the telephone: 2026-000123, per village and year.
CREATE TABLE claim_counter (
    village BIGINT NOT NULL,
    year BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (village, year)
);
