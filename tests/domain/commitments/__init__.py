"""Tests of `buddybot/domain/commitments`."""
