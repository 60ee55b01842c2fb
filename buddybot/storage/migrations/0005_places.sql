-- Where a group meets: places, whose turn it is, what that costs each, and the server's own events.

CREATE TABLE locations (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    guild_id         BIGINT NOT NULL,
    name             TEXT NOT NULL,
    name_key         TEXT NOT NULL,     -- casefolded; unique among the group's places that are not retired
    kind             TEXT NOT NULL,     -- place, virtual, hybrid
    address          TEXT,              -- shown to members only, like the link
    link             TEXT,
    step_free        BIGINT NOT NULL,
    quiet            BIGINT NOT NULL,
    parking          BIGINT NOT NULL,
    note             TEXT,
    offered_by       BIGINT,
    created_at       BIGINT NOT NULL,
    retired_at       BIGINT             -- closed, or no longer wanted; meetings held there keep it
);
CREATE UNIQUE INDEX locations_by_name ON locations (group_id, name_key) WHERE retired_at IS NULL;

-- What a place costs a member on the way there, in minutes, in their own words.
CREATE TABLE travel (
    location_id      BIGINT NOT NULL REFERENCES locations (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    minutes          BIGINT NOT NULL,
    PRIMARY KEY (location_id, user_id)
);

-- Which places suit a member; somebody without a row has no wish.
CREATE TABLE approvals (
    location_id      BIGINT NOT NULL REFERENCES locations (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    PRIMARY KEY (location_id, user_id)
);

-- Where a meeting takes place and who hosts it.
CREATE TABLE venues (
    meeting_id         BIGINT PRIMARY KEY REFERENCES meetings (id) ON DELETE CASCADE,
    rule               TEXT NOT NULL,   -- the rotation when it was settled
    basis              TEXT NOT NULL,   -- open (to be settled anew), rule, chosen, swapped, assigned
    location_id        BIGINT REFERENCES locations (id) ON DELETE SET NULL,
    host_id            BIGINT,
    online             BIGINT NOT NULL, -- 1 when everybody meets online this once
    announced          BIGINT NOT NULL, -- 1 once a message of the bot showed it
    changed            BIGINT NOT NULL, -- 1 when it is not what the group was last told; that is in `before_`
    before_location_id BIGINT,
    before_host_id     BIGINT,
    before_online      BIGINT NOT NULL
);
CREATE INDEX venues_by_location ON venues (location_id);

-- Who does not host a meeting though they come: they declined, or somebody was told that they are away.
CREATE TABLE host_passes (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);

-- What the rules count, as it was when a meeting closed; who came is in the attendance ledger.
CREATE TABLE shares (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    willing          BIGINT NOT NULL,   -- 1: would host
    minutes          BIGINT,            -- to the place of the meeting
    approved         BIGINT,            -- 1: the place suited them; NULL: they had no wish
    PRIMARY KEY (meeting_id, user_id)
);

-- A turn offered for another; it holds once the second person has agreed.
CREATE TABLE swaps (
    id               @identity,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,  -- whose turn is offered
    other_meeting_id BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    offered_by       BIGINT NOT NULL,
    offered_to       BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    state            TEXT NOT NULL,     -- open, agreed, declined, withdrawn
    settled_at       BIGINT
);
CREATE INDEX swaps_by_group ON swaps (group_id, state);

-- The server's own event of a meeting, and what Discord was last told of it.
CREATE TABLE events (
    meeting_id       BIGINT PRIMARY KEY,  -- may be no more: a new schedule drops meetings, then the event goes
    guild_id         BIGINT NOT NULL,
    event_id         BIGINT,            -- NULL while it is being made
    shown            TEXT NOT NULL,     -- a fingerprint of what Discord has; while it is made, its start and name
    state            TEXT NOT NULL      -- making, shown, over (ended by somebody else), refused
);

-- Who pressed Discord's own "Interested" on that event.
CREATE TABLE interests (
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id          BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);

-- Which meeting of a group is its next: asked of all groups every minute.
CREATE INDEX meetings_ahead ON meetings (group_id, starts_at) WHERE state IN ('scheduled', 'open');

ALTER TABLE memberships ADD COLUMN hosts BIGINT NOT NULL DEFAULT 1;         -- 0: would rather not host
ALTER TABLE groups ADD COLUMN minimum BIGINT NOT NULL DEFAULT 0;            -- people to make a meeting; 0: none
ALTER TABLE groups ADD COLUMN answer_hours BIGINT NOT NULL DEFAULT 6;       -- before the start: answers are due
ALTER TABLE groups ADD COLUMN usual_location_id BIGINT;                     -- given to the rotation `fixed`
ALTER TABLE meetings ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;         -- how often its calendar entry changed
ALTER TABLE schedules ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;       -- where a meeting made anew begins to count
ALTER TABLE meetings ADD COLUMN few_decision TEXT;                          -- what was decided when few came: meet, online, cancel
