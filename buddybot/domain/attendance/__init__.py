"""Who was there: the ledger, its rates, visitors, and the record of a group."""
