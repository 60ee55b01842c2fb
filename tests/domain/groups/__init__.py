"""Tests of `buddybot/domain/groups`."""
