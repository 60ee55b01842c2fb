"""Tests of `buddybot/storage/engine`."""
