"""Use cases of locations, the rotation, hosts, and where each meeting takes place."""
