"""Cards and forms of locations, hosts and the rotation."""
