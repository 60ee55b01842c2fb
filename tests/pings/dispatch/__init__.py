"""Tests of `buddybot/pings/dispatch`."""
