-- Guilds, groups, who is in them, and the only way in.

CREATE TABLE guilds (
    guild_id        BIGINT PRIMARY KEY,
    commands_hash   TEXT,               -- of the command tree last synced for this guild; 0 is the global tree
    gone_since      BIGINT              -- set when Discord said the bot is out; purged only after a time
);

CREATE TABLE groups (
    id              @identity,
    guild_id        BIGINT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,      -- casefolded; unique among the guild's groups that are not archived
    channel_id      BIGINT NOT NULL,    -- the home channel
    role_id         BIGINT,
    zone            TEXT NOT NULL,
    capacity        BIGINT NOT NULL,
    charter         TEXT NOT NULL,
    rotation        TEXT NOT NULL,
    language        TEXT NOT NULL,      -- of what the bot says in the channel
    state           TEXT NOT NULL,      -- active, paused, archived
    route_error     BIGINT,             -- Discord's code when the home channel refused the bot; sends stop
    created_by      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX groups_by_name ON groups (guild_id, name_key) WHERE state <> 'archived';
CREATE INDEX groups_by_channel ON groups (guild_id, channel_id);

-- One row a stint: somebody who leaves and comes back has two.
CREATE TABLE memberships (
    id              @identity,
    group_id        BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    guild_id        BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    role            TEXT NOT NULL,      -- member, organizer
    joined_at       BIGINT NOT NULL,
    left_at         BIGINT,
    left_reason     TEXT
);
CREATE UNIQUE INDEX memberships_current ON memberships (group_id, user_id) WHERE left_at IS NULL;
CREATE INDEX memberships_by_user ON memberships (guild_id, user_id);

CREATE TABLE invitations (
    id              @identity,
    group_id        BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    guild_id        BIGINT NOT NULL,
    user_id         BIGINT,             -- the one person who may use it; NULL for a code
    code_hash       TEXT UNIQUE,        -- SHA-256 of the code; the code itself is never stored
    invited_name    TEXT,               -- whom a code is meant for, in the organizer's words
    created_by      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    state           TEXT NOT NULL,      -- open, accepted, declined, revoked
    settled_by      BIGINT,
    settled_at      BIGINT,
    card_channel_id BIGINT,             -- the message that shows it; NULL for a code
    card_message_id BIGINT
);
CREATE INDEX invitations_open ON invitations (group_id, state);

CREATE TABLE code_tries (
    guild_id        BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    tried_at        BIGINT NOT NULL
);
CREATE INDEX code_tries_by_user ON code_tries (guild_id, user_id, tried_at);

-- What a person chose for themselves, for every group of the guild.
CREATE TABLE preferences (
    guild_id        BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    display_name    TEXT NOT NULL,
    direct_messages BIGINT NOT NULL,    -- 1 only after the person asked for them
    nudges          BIGINT NOT NULL,
    quiet_start     TEXT,               -- local times HH:MM
    quiet_end       TEXT,
    zone            TEXT,               -- NULL: the group's
    PRIMARY KEY (guild_id, user_id)
);

CREATE TABLE away (
    id              @identity,
    group_id        BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    first_day       TEXT NOT NULL,      -- local dates, both included
    last_day        TEXT NOT NULL
);
CREATE INDEX away_by_user ON away (group_id, user_id);

-- Something an organizer should know; shown once, with their next command.
CREATE TABLE notices (
    id              @identity,
    group_id        BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    code            TEXT NOT NULL,
    parameters      TEXT NOT NULL,      -- JSON, no personal text
    key             TEXT NOT NULL,      -- the same trouble is told once
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT,
    UNIQUE (group_id, key)
);

-- A replayed interaction changes nothing.
CREATE TABLE interactions (
    interaction_id  BIGINT PRIMARY KEY,
    seen_at         BIGINT NOT NULL
);
