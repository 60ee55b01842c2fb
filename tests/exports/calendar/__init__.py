"""Tests of `buddybot/exports/calendar`."""
