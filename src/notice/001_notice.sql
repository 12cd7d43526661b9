-- 公示: what a village publishes before it counts, and the objections (异议) against it.
CREATE TABLE notice (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    about_kind TEXT NOT NULL,
    about BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    household BIGINT,
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'public' OR state = 'withdrawn' OR state = 'upheld'),
    objections BIGINT NOT NULL CHECK (objections >= 0),
    open_objections BIGINT NOT NULL CHECK (open_objections >= 0 AND open_objections <= objections),
    end_reason TEXT,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (village, id),
    CHECK (last_day >= first_day)
);
-- One live publication of a thing at a time; a corrected claim is published anew.
CREATE UNIQUE INDEX notice_live ON notice (village, about_kind, about) WHERE state = 'public';
CREATE INDEX notice_day ON notice (village, last_day);

CREATE TABLE objection (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    notice BIGINT NOT NULL,
    reason TEXT NOT NULL,
    channel TEXT NOT NULL,
    objector TEXT NOT NULL,
    objector_masked TEXT NOT NULL,
    resident BIGINT,
    household BIGINT,
    filed_by BIGINT,
    filed_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'open' OR state = 'upheld' OR state = 'dismissed' OR state = 'closed'),
    decision TEXT,
    decided_by BIGINT,
    decided_by_name TEXT,
    decided_at BIGINT,
    PRIMARY KEY (village, id),
    FOREIGN KEY (village, notice) REFERENCES notice (village, id),
    CHECK ((state = 'open') = (decided_at IS NULL))
);
-- One person's open objection against one notice is filed once.
CREATE UNIQUE INDEX objection_once ON objection (village, notice, resident) WHERE state = 'open' AND resident IS NOT NULL;
CREATE INDEX objection_state ON objection (village, state, id);
CREATE INDEX objection_notice ON objection (village, notice);
