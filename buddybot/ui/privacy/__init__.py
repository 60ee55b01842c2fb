"""Cards of a person's data and of the audit log."""
