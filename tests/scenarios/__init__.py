"""Scenarios: the real bot, driven through a simulated Discord as its users would."""
