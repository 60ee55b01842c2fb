-- Who put a group's charter into words, so that it goes with their data; then '' stands for the usual one.
ALTER TABLE groups ADD COLUMN charter_by BIGINT;
UPDATE groups SET charter_by = created_by WHERE created_by <> 0;  -- unknown until now: most likely them
