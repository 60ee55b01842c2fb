"""What the commands of whoever runs the bot do."""
