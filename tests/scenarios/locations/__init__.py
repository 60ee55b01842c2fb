"""Scenarios about locations."""
