-- How a group is doing: the anonymous pulse, alerts to organizers, activities, thanks, and words in confidence.

-- One anonymous rating a member and meeting, until the next morning. Who has voted and what was voted are kept apart,
-- and both are deleted when it closes: what stays is the number of votes and their sum, of three votes or more.
CREATE TABLE pulses (
    meeting_id       BIGINT PRIMARY KEY REFERENCES meetings (id) ON DELETE CASCADE,
    closes_at        BIGINT NOT NULL,
    state            TEXT NOT NULL,     -- open, closed
    votes            BIGINT,            -- once closed, and only of three votes or more
    total            BIGINT,
    band             TEXT               -- what was published: low, middling, good
);
CREATE INDEX pulses_open ON pulses (closes_at) WHERE state = 'open';

CREATE TABLE pulse_voters (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);

CREATE TABLE pulse_ratings (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    rating           BIGINT NOT NULL,
    votes            BIGINT NOT NULL,   -- how many gave this rating; not when, not in which order
    PRIMARY KEY (meeting_id, rating)
);

-- What an organizer was told about a group, with the evidence in numbers; about a member only what the ladder allows.
CREATE TABLE alerts (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    meeting_id       BIGINT REFERENCES meetings (id) ON DELETE SET NULL,  -- after which it was raised
    sign             TEXT NOT NULL,     -- attendance, completion, pulse, sum, or a fact such as not_held
    key              TEXT NOT NULL,     -- the same is told once
    evidence         TEXT NOT NULL,     -- JSON: counts and averages of the group, suggested activities
    raised_at        BIGINT NOT NULL,
    state            TEXT NOT NULL,     -- open, tried, snoozed, holiday, resolved
    settled_by       BIGINT,
    settled_at       BIGINT,
    seen_at          BIGINT,            -- when an organizer was shown it
    UNIQUE (group_id, key)
);
CREATE INDEX alerts_by_state ON alerts (group_id, state);

-- Which activities a member would like.
CREATE TABLE activity_wishes (
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    activity         TEXT NOT NULL,     -- its key in the library
    PRIMARY KEY (group_id, user_id, activity)
);

-- Thanks from one member to another, said in the channel.
CREATE TABLE kudos (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    from_id          BIGINT NOT NULL,
    to_id            BIGINT NOT NULL,
    commitment_id    BIGINT REFERENCES commitments (id) ON DELETE SET NULL,
    text             TEXT,
    given_at         BIGINT NOT NULL
);
CREATE INDEX kudos_by_group ON kudos (group_id, given_at);

-- Words in confidence to the organizers: fixed phrases and a rating, with the name of who said it.
CREATE TABLE feedback (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    phrase           TEXT NOT NULL,
    rating           BIGINT NOT NULL,
    given_at         BIGINT NOT NULL,
    seen_at          BIGINT
);
CREATE INDEX feedback_by_group ON feedback (group_id, given_at);

-- What was offered to one member about their own weeks: pause, smaller, swap. Nobody else sees it.
CREATE TABLE offers (
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,  -- after which it was made
    made_at          BIGINT NOT NULL,
    seen_at          BIGINT,
    answer           TEXT,              -- pause, smaller, swap, fine
    PRIMARY KEY (group_id, user_id, meeting_id)
);

ALTER TABLE groups ADD COLUMN sensitivity TEXT NOT NULL DEFAULT 'normal';   -- quiet, normal, sensitive
ALTER TABLE groups ADD COLUMN alert_channel_id BIGINT;                      -- where organizers read alerts; NULL: not in a channel
ALTER TABLE groups ADD COLUMN snoozed_until BIGINT;                         -- no alert before this
ALTER TABLE meetings ADD COLUMN holiday BIGINT NOT NULL DEFAULT 0;          -- 1: held, but a week that does not count
ALTER TABLE meetings ADD COLUMN activity TEXT;                              -- its key in the library
ALTER TABLE meetings ADD COLUMN lead_id BIGINT;                             -- who leads it
ALTER TABLE turns ADD COLUMN minutes BIGINT;                                -- how long a turn was to be when it began

-- What is deleted looks for the rows that refer to it: a server that is purged must not read whole tables for each row.
CREATE INDEX alerts_by_meeting ON alerts (meeting_id);
CREATE INDEX kudos_by_commitment ON kudos (commitment_id);
CREATE INDEX offers_by_meeting ON offers (meeting_id);
CREATE INDEX commitments_by_meeting ON commitments (set_at_meeting);
CREATE INDEX outcomes_by_commitment ON outcomes (commitment_id);
CREATE INDEX memberships_by_group ON memberships (group_id);
CREATE INDEX locations_by_group ON locations (group_id);
CREATE INDEX swaps_by_meeting ON swaps (meeting_id);
CREATE INDEX swaps_by_other_meeting ON swaps (other_meeting_id);
