"""Tests of `buddybot/services/privacy`."""
