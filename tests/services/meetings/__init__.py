"""Tests of `buddybot/services/meetings`."""
