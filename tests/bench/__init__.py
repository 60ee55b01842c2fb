"""The benchmarks run on a small scale."""
