"""What is kept of a person, how it is read, and how it is erased."""
