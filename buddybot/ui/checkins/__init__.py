"""Cards and forms of a running meeting."""
