-- Adoption in full: the minutes, withdrawal before the first day, what a version extends; and drafts.
-- The table is made anew because a day that was withdrawn is free again: uniqueness holds among the others only.
-- A township's template is a version on the township's own code.
CREATE TABLE scheme_version_2 (
    village BIGINT NOT NULL,     -- a township's code: its template
    id BIGINT NOT NULL,
    first_day BIGINT NOT NULL,   -- in force from this business date until the next version's
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    yaml TEXT NOT NULL,          -- the text as adopted, comments and all
    checksum TEXT NOT NULL,      -- SHA-256 of the text; villages with the same text share one parsed scheme
    extends TEXT,                -- the name of the township's template it says to extend
    meeting TEXT,                -- 村民代表会议
    meeting_on BIGINT,
    votes_for BIGINT,
    votes_against BIGINT,
    votes_abstain BIGINT,
    minutes TEXT,                -- 会议记录
    draft BIGINT,                -- the draft it was
    adopted_at BIGINT NOT NULL,
    adopted_by BIGINT,
    adopted_by_name TEXT,
    withdrawn_at BIGINT,         -- before its first day, with a reason: it never was in force
    withdrawn_by BIGINT,
    withdrawn_by_name TEXT,
    withdrawn_reason TEXT,
    PRIMARY KEY (village, id)
);
INSERT INTO scheme_version_2 (village, id, first_day, name, title, yaml, checksum, meeting, meeting_on, votes_for,
    votes_against, votes_abstain, adopted_at, adopted_by, adopted_by_name)
SELECT village, id, first_day, name, title, yaml, checksum, meeting, meeting_on, votes_for,
    votes_against, votes_abstain, adopted_at, adopted_by, adopted_by_name FROM scheme_version;
DROP TABLE scheme_version;
ALTER TABLE scheme_version_2 RENAME TO scheme_version;
CREATE UNIQUE INDEX scheme_version_day ON scheme_version (village, first_day) WHERE withdrawn_at IS NULL;
CREATE INDEX scheme_version_days ON scheme_version (village, first_day, id);

CREATE TABLE scheme_draft (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'open' OR state = 'adopted' OR state = 'deleted'),
    title TEXT NOT NULL,         -- of the text, as far as it can be read
    origin TEXT NOT NULL,        -- what it began with: blank, preset, version, template, draft, text
    origin_name TEXT,            -- the preset
    origin_id BIGINT,            -- the version or draft
    yaml TEXT NOT NULL,          -- may have errors
    errors BIGINT NOT NULL,
    warnings BIGINT NOT NULL,
    version BIGINT NOT NULL,     -- for If-Match
    created_at BIGINT NOT NULL,
    created_by BIGINT,
    created_by_name TEXT,
    changed_at BIGINT NOT NULL,
    changed_by BIGINT,
    changed_by_name TEXT,
    scheme BIGINT,               -- the version it became
    PRIMARY KEY (village, id)
);
CREATE INDEX scheme_draft_changed ON scheme_draft (village, state, changed_at, id);

-- sqlite:
CREATE TRIGGER scheme_version_kept_1 BEFORE UPDATE OF village, id, first_day, name, title, yaml, checksum, extends, meeting,
    meeting_on, votes_for, votes_against, votes_abstain, minutes, draft, adopted_at, adopted_by, adopted_by_name
ON scheme_version BEGIN
    SELECT RAISE(ABORT, 'versions are never changed');
END;
CREATE TRIGGER scheme_version_kept_2 BEFORE DELETE ON scheme_version BEGIN
    SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER scheme_version_kept_3 BEFORE UPDATE ON scheme_version WHEN OLD.withdrawn_at IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a version is withdrawn once');
END;
-- postgresql:
CREATE TRIGGER scheme_version_kept BEFORE UPDATE OF village, id, first_day, name, title, yaml, checksum, extends, meeting,
    meeting_on, votes_for, votes_against, votes_abstain, minutes, draft, adopted_at, adopted_by, adopted_by_name OR DELETE
    ON scheme_version FOR EACH ROW EXECUTE FUNCTION scheme_version_kept();
CREATE TRIGGER scheme_version_withdrawn_once BEFORE UPDATE ON scheme_version
    FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION scheme_version_kept();
-- both:
