-- What a calendar file that was handed out says of the days ahead: a later file cancels those of them that
-- the group no longer has. A row goes when its day has come.
CREATE TABLE calendar_entries (
    group_id BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    slot TEXT NOT NULL,
    kind TEXT NOT NULL,
    zone TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (group_id, slot, kind)
);
