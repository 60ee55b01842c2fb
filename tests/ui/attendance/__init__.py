"""Tests of `buddybot/ui/attendance`."""
