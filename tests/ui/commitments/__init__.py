"""Tests of `buddybot/ui/commitments`."""
