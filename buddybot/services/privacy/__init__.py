"""Use cases of a person's data: a copy, its deletion, retention, restores, the audit log."""
