"""Tests of `buddybot/storage/migrations`."""
