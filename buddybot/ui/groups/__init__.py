"""Cards and forms of groups, invitations and members."""
