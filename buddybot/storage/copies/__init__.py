"""Copies of a database: made, checked, put in place, and remembered."""
