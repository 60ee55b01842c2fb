"""Tests of `buddybot/services/checkins`."""
