"""The record of a group, and a person's own data, as files."""
