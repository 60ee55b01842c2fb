"""What every use case needs: the unit of work, access, the rate limit, names and days."""
