"""The two engines, SQLite and PostgreSQL, behind one kind of transaction."""
