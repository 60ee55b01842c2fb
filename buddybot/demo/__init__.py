"""The playground without a token."""
