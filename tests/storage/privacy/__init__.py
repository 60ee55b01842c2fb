"""Tests of `buddybot/storage/privacy`."""
