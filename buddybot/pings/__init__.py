"""What is owed and when, the outbox, its delivery, and the alarm clock."""
