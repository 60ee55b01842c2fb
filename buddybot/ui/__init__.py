"""Everything that Discord shows."""
