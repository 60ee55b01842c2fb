"""Cards and forms of a group's health."""
