-- The holders of a household, for trials and reports that go through a village by household.
CREATE INDEX ledger_holder_household ON ledger_holder (village, household);
