"""What follows an event: servers that come and go, and notices behind an answer."""
