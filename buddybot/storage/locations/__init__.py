"""The rows of locations, of where meetings take place, and of who hosted."""
