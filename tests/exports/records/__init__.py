"""Tests of `buddybot/exports/records`."""
