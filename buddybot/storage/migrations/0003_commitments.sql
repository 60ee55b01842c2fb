-- What a member will do before the next meeting, and the report on it.

CREATE TABLE commitments (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    guild_id         BIGINT NOT NULL,
    user_id          BIGINT NOT NULL,
    category         TEXT NOT NULL,
    text             TEXT NOT NULL,
    target           BIGINT NOT NULL,
    done             BIGINT NOT NULL,
    plan             TEXT,              -- "if ..., then ..."
    visibility       TEXT NOT NULL,     -- group, private
    state            TEXT NOT NULL,     -- open, kept, carried, dropped
    weeks_carried    BIGINT NOT NULL,
    carried_from     BIGINT REFERENCES commitments (id) ON DELETE SET NULL,
    set_at_meeting   BIGINT REFERENCES meetings (id) ON DELETE SET NULL,
    created_at       BIGINT NOT NULL,
    CHECK (target >= 1 AND done >= 0)
);
CREATE INDEX commitments_by_member ON commitments (group_id, user_id, state);
CREATE INDEX commitments_by_origin ON commitments (carried_from);

CREATE TABLE checkins (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    win              TEXT,
    blocker          TEXT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);

-- How each commitment due at a meeting came out, in the member's own report.
CREATE TABLE outcomes (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    commitment_id    BIGINT NOT NULL REFERENCES commitments (id) ON DELETE CASCADE,
    done             BIGINT NOT NULL,
    dropped          BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, commitment_id)
);
