"""Tests of `buddybot/domain/locations`."""
