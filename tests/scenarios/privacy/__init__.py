"""Scenarios about privacy."""
