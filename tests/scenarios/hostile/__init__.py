"""Scenarios about hostile."""
