"""Tests of `buddybot/ui/health`."""
