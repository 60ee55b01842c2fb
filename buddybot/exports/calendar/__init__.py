"""Calendar files, with the zone rules they carry."""
