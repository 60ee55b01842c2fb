"""Tests of `buddybot/storage/groups`."""
