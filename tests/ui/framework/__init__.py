"""Tests of `buddybot/ui/framework`."""
