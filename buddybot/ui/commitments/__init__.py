"""Cards and forms of commitments and nudges."""
