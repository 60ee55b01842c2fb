"""Settings and what surrounds them: reader, paths, redaction, logging, the kind of hosting."""
