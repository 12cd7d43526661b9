-- What else an item's worth may depend on: how hard the deed was 难度, and whether its contrary was done 反之.
ALTER TABLE claim ADD COLUMN difficulty TEXT;
ALTER TABLE claim ADD COLUMN reverse BIGINT NOT NULL DEFAULT 0 CHECK (reverse IN (0, 1));
