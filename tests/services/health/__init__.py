"""Tests of `buddybot/services/health`."""
