"""The end of the pings that knows Discord."""
