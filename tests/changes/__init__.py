"""What becomes of everything that refers to something when that changes: one table, and what proves it."""
