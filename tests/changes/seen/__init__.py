"""What can be seen of each column, and what of it is wrong after whatever change."""
