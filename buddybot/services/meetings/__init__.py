"""Use cases of meetings and schedules: RSVPs, days away, quorum, and what the group is told."""
