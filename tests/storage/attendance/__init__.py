"""Tests of `buddybot/storage/attendance`."""
