"""Scenarios about health."""
