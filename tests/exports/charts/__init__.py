"""Tests of `buddybot/exports/charts`."""
