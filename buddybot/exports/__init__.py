"""Attendance and personal data as files: a room kept for the honest record."""
