-- Messages with buttons that lose them once they are of no more use.
CREATE INDEX outbox_to_retire ON outbox (kind, meeting_id) WHERE state = 'sent' AND retired_at IS NULL;
