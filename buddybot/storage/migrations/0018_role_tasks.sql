-- What of the groups' Discord roles is to be looked at: the role itself (user 0), or whether one person has it.
-- How it should be is read from the other tables; a row only says that Discord may not show that yet.
CREATE TABLE role_tasks (
    group_id    BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id     BIGINT NOT NULL,
    asked       BIGINT NOT NULL,  -- how often it was asked for; who settled an earlier time leaves the row
    attempts    BIGINT NOT NULL,
    asked_at    BIGINT NOT NULL,
    try_at      BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX role_tasks_due ON role_tasks (try_at);
