"""Carrying out what is due, once: claiming, queueing, trying, settling."""
