"""Use cases of a group's health: the daily look, alerts, offers and feedback."""
