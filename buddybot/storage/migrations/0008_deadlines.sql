-- Thousands of pings can fall due in one second: the few with the earliest deadline are then read off an
-- index, and not found by sorting all that are due for each claim.

CREATE INDEX outbox_by_deadline ON outbox (state, expires_at, due_at, id, try_at);
