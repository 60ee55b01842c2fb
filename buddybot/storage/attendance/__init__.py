"""The rows of the attendance ledger, of visitors, and the record that is read from them."""
