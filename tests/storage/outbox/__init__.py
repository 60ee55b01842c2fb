"""Tests of `buddybot/storage/outbox`."""
