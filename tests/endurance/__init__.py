"""The bot for a long time, and under whatever may happen to it in any order."""
