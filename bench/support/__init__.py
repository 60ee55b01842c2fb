"""What the benchmarks share: databases, a fake Discord, populations, timing and reports."""
