"""Scenarios about attendance."""
