"""Tests of `buddybot/services/commitments`."""
