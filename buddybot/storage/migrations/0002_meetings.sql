-- The rhythm of a group, its meetings, and what people say about coming.

CREATE TABLE schedules (
    group_id         BIGINT PRIMARY KEY REFERENCES groups (id) ON DELETE CASCADE,
    weekday          BIGINT NOT NULL,   -- Monday is 0
    local_time       TEXT NOT NULL,     -- HH:MM
    zone             TEXT NOT NULL,
    every_weeks      BIGINT NOT NULL,
    anchor           TEXT NOT NULL,     -- a local date on which the group meets; weeks are counted from it
    duration_minutes BIGINT NOT NULL
);

CREATE TABLE meetings (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    guild_id         BIGINT NOT NULL,
    slot             TEXT NOT NULL,     -- local date the schedule gave, or an extra meeting's own; never changes
    kind             TEXT NOT NULL,     -- regular, extra
    local_day        TEXT NOT NULL,     -- where it takes place now: local date, time and zone
    local_time       TEXT NOT NULL,
    zone             TEXT NOT NULL,
    duration_minutes BIGINT NOT NULL,
    starts_at        BIGINT NOT NULL,   -- derived from the three above
    ends_at          BIGINT NOT NULL,
    state            TEXT NOT NULL,     -- scheduled, open, closed, skipped, cancelled
    reason           TEXT,
    moves            BIGINT NOT NULL,   -- how often it was moved
    moved_from       BIGINT,            -- the start that the group was last told of before that
    opened_at        BIGINT,
    closed_at        BIGINT,
    facilitator_id   BIGINT,
    timekeeper_id    BIGINT,
    UNIQUE (group_id, slot, kind)
);
CREATE INDEX meetings_by_time ON meetings (group_id, starts_at);
CREATE INDEX meetings_by_state ON meetings (state, starts_at);

-- What members said themselves; time away answers for those who did not.
CREATE TABLE rsvps (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    answer           TEXT NOT NULL,     -- going, late, virtual, apologies
    answered_at      BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);

-- Who has the floor, in order; the last one started has it now.
CREATE TABLE turns (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    position         BIGINT NOT NULL,
    user_id          BIGINT NOT NULL,
    started_at       BIGINT,
    PRIMARY KEY (meeting_id, position),
    UNIQUE (meeting_id, user_id)
);

-- Append-only: the newest entry of a member is how it stands.
CREATE TABLE attendance (
    id               @identity,
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    state            TEXT NOT NULL,
    previous         TEXT,
    recorded_by      BIGINT,            -- NULL: the bot, from check-in or RSVP
    recorded_at      BIGINT NOT NULL,
    reason           TEXT
);
CREATE INDEX attendance_by_meeting ON attendance (meeting_id, user_id, id);

-- Messages that show a meeting and are edited in place.
CREATE TABLE cards (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL,     -- meeting, checkin, summary
    channel_id       BIGINT NOT NULL,
    message_id       BIGINT NOT NULL,
    revision         BIGINT NOT NULL,   -- raised with every change of what the card shows
    shown            BIGINT NOT NULL,   -- the revision Discord has
    PRIMARY KEY (meeting_id, kind)
);
CREATE INDEX cards_stale ON cards (meeting_id) WHERE shown < revision;
