-- Thousands of pings can fall due in one second: the few with the earliest deadline are then read off an
-- index, and not found by sorting all that are due for each claim.

CREATE INDEX outbox_by_deadline ON outbox (state, expires_at, due_at, id, try_at);

-- A group's own meetings of a state. Without it SQLite goes by the state alone, through those of all groups.
CREATE INDEX meetings_of_group ON meetings (group_id, state, starts_at);
