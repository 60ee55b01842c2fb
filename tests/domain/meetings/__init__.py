"""Tests of `buddybot/domain/meetings`."""
