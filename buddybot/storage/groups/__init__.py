"""The rows of guilds, groups, members, invitations and preferences."""
