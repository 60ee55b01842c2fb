"""The playground: its history and its clock, by itself and in a real browser."""
