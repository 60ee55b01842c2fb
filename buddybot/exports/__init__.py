"""What people take away as files; nothing here knows Discord or a sentence."""
