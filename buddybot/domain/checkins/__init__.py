"""What happens at a meeting: agenda, activity, turns to speak, check-in, pulse and kudos."""
