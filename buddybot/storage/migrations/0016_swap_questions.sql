-- When both meetings start by the question in the channel; null while it is not out.
ALTER TABLE swaps ADD COLUMN told_start BIGINT;
ALTER TABLE swaps ADD COLUMN told_other_start BIGINT;
