"""Which pings are due and when, the outbox, its delivery, and the alarm clock."""
