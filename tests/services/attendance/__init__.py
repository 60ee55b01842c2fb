"""Tests of `buddybot/services/attendance`."""
