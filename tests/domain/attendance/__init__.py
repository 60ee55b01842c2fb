"""Tests of `buddybot/domain/attendance`."""
