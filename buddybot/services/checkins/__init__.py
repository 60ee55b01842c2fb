"""Use cases of a running meeting: check-in, agenda, activity, turns, summary, pulse."""
