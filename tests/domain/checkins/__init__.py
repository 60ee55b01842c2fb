"""Tests of `buddybot/domain/checkins`."""
