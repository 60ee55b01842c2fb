"""Tests of `buddybot/services/core`."""
