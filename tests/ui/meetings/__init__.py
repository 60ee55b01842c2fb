"""Tests of `buddybot/ui/meetings`."""
