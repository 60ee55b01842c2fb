"""Tests of `buddybot/ui/locations`."""
