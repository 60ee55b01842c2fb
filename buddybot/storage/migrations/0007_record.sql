-- The honest record: visitors, who took data out or had it deleted, and copies that were put to work again.

-- Somebody who is no member and was there; counted in no rate.
CREATE TABLE visitors (
    id               @identity,
    meeting_id       BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    name             TEXT NOT NULL,     -- in the organizer's words
    recorded_by      BIGINT,
    recorded_at      BIGINT NOT NULL,
    withdrawn_by     BIGINT,
    withdrawn_at     BIGINT             -- set when it was a mistake; the row stays
);
CREATE INDEX visitors_by_meeting ON visitors (meeting_id);

-- Append-only: every export and every deletion.
CREATE TABLE audit (
    id               @identity,
    guild_id         BIGINT NOT NULL,
    group_id         BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    action           TEXT NOT NULL,
    actor_id         BIGINT,            -- NULL: the host, the bot, or a member about their own data
    done_at          BIGINT NOT NULL,
    parameters       TEXT NOT NULL      -- JSON, no personal text
);
CREATE INDEX audit_by_group ON audit (group_id, done_at);

-- A backup carries a row that says when it was made; `settled_at` is set when it is put to work again.
-- What was due up to then is not sent: the world has gone on without this database.
CREATE TABLE restores (
    id               @identity,
    copied_at        BIGINT NOT NULL,
    settled_at       BIGINT
);

ALTER TABLE meetings ADD COLUMN reduced BIGINT NOT NULL DEFAULT 0;          -- 1: so old that only counts are left of it
CREATE INDEX meetings_unreduced ON meetings (starts_at) WHERE reduced = 0;
