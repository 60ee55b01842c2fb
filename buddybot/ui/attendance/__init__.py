"""Cards and forms of the attendance ledger."""
