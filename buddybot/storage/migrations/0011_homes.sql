-- A place where anyone can go, or a member's home: nobody is sent to a home whose owner does not host there.

ALTER TABLE locations ADD COLUMN public BIGINT NOT NULL DEFAULT 0;   -- 1: anyone can go there, it is nobody's home

-- Who did what a notice tells of: they know it already, so it does not mention them.
ALTER TABLE outbox ADD COLUMN caused_by BIGINT;
