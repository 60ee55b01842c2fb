"""Scenarios about meetings."""
