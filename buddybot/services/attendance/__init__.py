"""Use cases of the attendance ledger: settled, corrected, looked back at, exported."""
