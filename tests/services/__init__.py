"""The use cases on both databases."""
