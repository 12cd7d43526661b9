-- What a village adopted. A version is never changed or deleted: a past result is computed with its own.
CREATE TABLE scheme_version (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    first_day BIGINT NOT NULL,   -- in force from this business date until the next version's
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    yaml TEXT NOT NULL,          -- the text as adopted, comments and all
    checksum TEXT NOT NULL,      -- SHA-256 of the text; villages with the same text share one parsed scheme
    meeting TEXT,                -- 村民代表会议
    meeting_on BIGINT,
    votes_for BIGINT,
    votes_against BIGINT,
    votes_abstain BIGINT,
    adopted_at BIGINT NOT NULL,
    adopted_by BIGINT,
    adopted_by_name TEXT,
    PRIMARY KEY (village, id),
    UNIQUE (village, first_day)
);

-- sqlite:
CREATE TRIGGER scheme_version_kept_1 BEFORE UPDATE ON scheme_version BEGIN
    SELECT RAISE(ABORT, 'versions are never changed');
END;
CREATE TRIGGER scheme_version_kept_2 BEFORE DELETE ON scheme_version BEGIN
    SELECT RAISE(ABORT, 'versions are never deleted');
END;
-- postgresql:
CREATE FUNCTION scheme_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'versions are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER scheme_version_kept BEFORE UPDATE OR DELETE ON scheme_version
    FOR EACH ROW EXECUTE FUNCTION scheme_version_kept();
-- both:
