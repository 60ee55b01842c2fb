"""Whether a group is going stale: the detector, its evidence, alerts and feedback."""
