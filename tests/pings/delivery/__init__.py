"""Tests of `buddybot/pings/delivery`."""
