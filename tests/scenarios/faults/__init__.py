"""Scenarios about faults."""
