"""The rows of commitments and nudges."""
