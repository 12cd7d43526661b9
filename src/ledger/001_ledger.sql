-- Double entry. An account is (village, kind, subject, currency); its points are the sum of its entries, kept beside
-- in `balance` together with the number of entries. The system's accounts (kind 'system': 1 source 积分来源,
-- 2 sink 积分收回) keep no balance, so that no row is written by every posting of a village; theirs is
-- minus the sum of all others, which `shanzhi ledger verify` proves from the entries.

-- Who holds accounts: what lists and boards show, copied from the register whenever something is posted.
CREATE TABLE ledger_holder (
    village BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'resident' OR kind = 'household' OR kind = 'organisation' OR kind = 'system'),
    subject BIGINT NOT NULL,
    masked TEXT NOT NULL,        -- 张*丰
    class TEXT,
    grid TEXT,
    household BIGINT,
    minor BIGINT NOT NULL DEFAULT 0 CHECK (minor IN (0, 1)),
    touched BIGINT NOT NULL,
    PRIMARY KEY (village, kind, subject)
);

CREATE TABLE ledger_account (
    village BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    currency TEXT NOT NULL,
    balance BIGINT,              -- hundredths; NULL: a system account
    entries BIGINT NOT NULL DEFAULT 0 CHECK (entries >= 0),
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (village, kind, subject, currency),
    FOREIGN KEY (village, kind, subject) REFERENCES ledger_holder (village, kind, subject),
    CHECK ((kind = 'system') = (balance IS NULL))
);

-- One per cause and part: the same request posted twice has one effect.
CREATE TABLE ledger_posting (
    village BIGINT NOT NULL,
    id BIGINT NOT NULL,
    cause_kind TEXT NOT NULL,    -- claim, round, redemption, posting (reversals) …
    cause BIGINT NOT NULL,
    part TEXT NOT NULL CHECK (part = 'award' OR part = 'penalty' OR part = 'reversal' OR part = 'redeem'
        OR part = 'expire' OR part = 'transfer' OR part = 'dividend' OR part = 'adjust'),
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    on_day BIGINT NOT NULL,      -- business date
    points_c BIGINT NOT NULL CHECK (points_c <> 0),
    scheme_version BIGINT,
    rule TEXT,                   -- item code
    memo TEXT NOT NULL,          -- what the passbook says
    tree TEXT,                   -- how the number came about, JSON
    reverses BIGINT,
    posted_at BIGINT NOT NULL,
    posted_by BIGINT,
    posted_by_name TEXT,
    PRIMARY KEY (village, id),
    UNIQUE (village, cause_kind, cause, part),
    FOREIGN KEY (village, kind, subject) REFERENCES ledger_holder (village, kind, subject),
    FOREIGN KEY (village, reverses) REFERENCES ledger_posting (village, id),
    CHECK ((part = 'reversal') = (reverses IS NOT NULL)),
    CHECK (reverses IS NULL OR (cause_kind = 'posting' AND cause = reverses))
);
CREATE INDEX ledger_posting_subject ON ledger_posting (village, kind, subject, id);
-- What a subject was given by a rule in a span of days (caps), and the sums of a year (board): all of it in the index.
CREATE INDEX ledger_posting_used ON ledger_posting (village, kind, subject, rule, part, on_day, points_c, id);

-- A subject's entries are numbered without gaps (seq) and carry the balance after them; a missing or altered row shows.
CREATE TABLE ledger_entry (
    village BIGINT NOT NULL,
    posting BIGINT NOT NULL,
    line BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount_c BIGINT NOT NULL CHECK (amount_c <> 0),
    seq BIGINT,
    after_c BIGINT,
    PRIMARY KEY (village, posting, line),
    FOREIGN KEY (village, posting) REFERENCES ledger_posting (village, id),
    FOREIGN KEY (village, kind, subject, currency) REFERENCES ledger_account (village, kind, subject, currency),
    CHECK ((kind = 'system') = (seq IS NULL)),
    CHECK ((seq IS NULL) = (after_c IS NULL))
);
-- Without the system's half of the entries, which have no number.
CREATE UNIQUE INDEX ledger_entry_seq ON ledger_entry (village, kind, subject, currency, seq) WHERE seq IS NOT NULL;

-- sqlite:
CREATE TRIGGER ledger_entry_kept_1 BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER ledger_entry_kept_2 BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER ledger_posting_kept_1 BEFORE UPDATE ON ledger_posting BEGIN SELECT RAISE(ABORT, 'postings are never changed'); END;
CREATE TRIGGER ledger_posting_kept_2 BEFORE DELETE ON ledger_posting BEGIN SELECT RAISE(ABORT, 'postings are never deleted'); END;
-- postgresql:
CREATE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'postings and entries are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_posting_kept BEFORE UPDATE OR DELETE ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_entry_kept_all BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_posting_kept_all BEFORE TRUNCATE ON ledger_posting FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept();
-- both:
