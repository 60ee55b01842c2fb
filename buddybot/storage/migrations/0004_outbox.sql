-- Everything the bot owes somebody at a time: the only thing that causes a scheduled message.

CREATE TABLE outbox (
    id               @identity,
    key              TEXT NOT NULL UNIQUE,  -- group, local date of the meeting, kind, recipient
    guild_id         BIGINT NOT NULL,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    meeting_id       BIGINT REFERENCES meetings (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL,
    recipient        BIGINT NOT NULL,       -- a user, or 0 for the group
    due_at           BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,       -- useless from here on
    state            TEXT NOT NULL,         -- planned, sending, sent, missed, cancelled, suppressed
    direct           BIGINT NOT NULL,       -- 1 while it travels by direct message
    channel_id       BIGINT,                -- where it was sent to, known once it is being sent
    message_id       BIGINT,
    attempts         BIGINT NOT NULL,
    try_at           BIGINT NOT NULL,       -- not before; due_at at first
    lease_until      BIGINT,                -- a sender that holds the row; another takes over after this
    error            TEXT,
    settled_at       BIGINT
);
CREATE INDEX outbox_due ON outbox (state, try_at);
CREATE INDEX outbox_by_meeting ON outbox (meeting_id, state);
CREATE INDEX outbox_by_group ON outbox (group_id, state);

-- Who was nudged and when: at most one a member in a week, in whatever group.
CREATE TABLE nudges (
    ping_id          BIGINT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    nudged_at        BIGINT NOT NULL,
    PRIMARY KEY (ping_id, user_id)
);
CREATE INDEX nudges_by_user ON nudges (user_id, nudged_at);
