"""What is owed to Discord and what was sent: pings, cards, server events, notices."""
