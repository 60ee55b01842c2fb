-- What the rotations need of meetings that are reduced to counts: sums and orders, without a meeting or a date.

CREATE TABLE balances (
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    kind             TEXT NOT NULL,     -- opener, facilitator, timekeeper, lead, host: the place in the order of last turns; share, hosted, way, weight: a sum
    amount           BIGINT NOT NULL,   -- of a sum: in billionths
    PRIMARY KEY (group_id, user_id, kind)
);
