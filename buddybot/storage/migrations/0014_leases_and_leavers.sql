-- Two processes may overlap for a moment: an event is brought up to date, and a group's role made, only by
-- the one that holds it.
ALTER TABLE events ADD COLUMN lease_until BIGINT;
ALTER TABLE groups ADD COLUMN role_lease_until BIGINT;

-- Since when a member is known to have left the server; NULL while nothing says so.
ALTER TABLE memberships ADD COLUMN gone_since BIGINT;

-- When a message that was sent lost the buttons that had no use any more. What was sent before this was noted
-- is left as it is.
ALTER TABLE outbox ADD COLUMN retired_at BIGINT;
UPDATE outbox SET retired_at = settled_at WHERE state = 'sent';
