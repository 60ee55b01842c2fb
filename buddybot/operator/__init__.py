"""What whoever runs the bot asks for on the command line; `buddybot/cli.py` reads what was typed."""
