"""Tests of `buddybot/domain/health`."""
