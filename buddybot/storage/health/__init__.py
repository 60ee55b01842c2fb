"""The rows of alerts, offers and feedback, and the past that the detector reads."""
