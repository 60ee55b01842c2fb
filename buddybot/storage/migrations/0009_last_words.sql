-- In which interaction a person said what is kept. Two processes may carry out two of a person's forms the
-- other way round; what Discord took later stays. 0: said before this was noted.

ALTER TABLE checkins ADD COLUMN interaction_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rsvps ADD COLUMN interaction_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE memberships ADD COLUMN hosts_interaction_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE preferences ADD COLUMN direct_interaction_id BIGINT NOT NULL DEFAULT 0;
