-- Whether the latest calendar file that holds a day says that it is called off: when it is on again, or off
-- again, the next file needs a higher SEQUENCE than that one had.
ALTER TABLE calendar_entries ADD COLUMN called_off BIGINT NOT NULL DEFAULT 0;
