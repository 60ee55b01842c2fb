"""Scenarios about checkins."""
