"""Tests of `buddybot/storage/locations`."""
