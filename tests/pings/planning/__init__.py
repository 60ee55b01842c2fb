"""Tests of `buddybot/pings/planning`."""
