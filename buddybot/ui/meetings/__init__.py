"""Cards and forms of meetings, RSVPs, days away, and the server's own events."""
