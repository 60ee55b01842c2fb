"""The rows of check-ins, turns to speak, activities, pulse and kudos."""
