"""Scenarios about groups."""
