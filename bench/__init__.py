"""Benchmarks: our figure beside a named reference of the same run."""
