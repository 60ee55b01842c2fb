"""Tests of `buddybot/services/groups`."""
