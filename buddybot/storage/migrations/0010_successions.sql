-- A new schedule takes along what was planned by the old one.

ALTER TABLE meetings ADD COLUMN given_day TEXT;                             -- the local date of the schedule that it takes now; NULL: its slot
ALTER TABLE meetings ADD COLUMN by_hand BIGINT NOT NULL DEFAULT 0;          -- 1: its day or time was put by an organizer, not by the schedule
ALTER TABLE meetings ADD COLUMN rescheduled_at BIGINT;                      -- when a new schedule last changed its day or time, or left it no day
ALTER TABLE meetings ADD COLUMN announcement BIGINT NOT NULL DEFAULT 0;     -- how often it was moved so far that it is announced again
UPDATE meetings SET by_hand = 1 WHERE moves > 0;
