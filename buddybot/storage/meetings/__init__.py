"""The rows of meetings, schedules, RSVPs and days away."""
