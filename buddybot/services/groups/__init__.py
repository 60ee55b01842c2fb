"""Use cases of groups and people: setting up, inviting, leaving, archiving."""
