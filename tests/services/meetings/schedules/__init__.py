"""Tests of meetings whose schedule changes, or that are moved."""
