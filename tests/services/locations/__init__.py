"""Tests of `buddybot/services/locations`."""
