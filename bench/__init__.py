"""The benchmarks: `python -m bench.storage` runs one, `python -m bench` all of them."""
