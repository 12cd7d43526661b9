-- What somebody's deeds were worth, in order of day: trials and explanations read subjects by ranges of ids. claim_once
-- leaves out what was reversed.
CREATE INDEX claim_subject ON claim (village, subject_kind, subject, deed_on);
