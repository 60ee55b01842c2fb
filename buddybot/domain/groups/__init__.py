"""Groups and the people in them: membership, invitations, preferences, quiet times."""
