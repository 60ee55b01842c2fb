"""Tests of `buddybot/ui/checkins`."""
