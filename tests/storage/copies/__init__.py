"""Tests of `buddybot/storage/copies`."""
