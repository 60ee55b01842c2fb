"""Scenarios about commitments."""
