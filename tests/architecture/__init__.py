"""The rules of the house as tests: imports, conventions, sentences."""
