"""What members will do before the next meeting, and what became of it."""
