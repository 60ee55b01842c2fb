"""Use cases of commitments and nudges."""
