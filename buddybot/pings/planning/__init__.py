"""Which pings a group is owed, and when."""
