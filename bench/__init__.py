"""Benchmarks of the shipped processes. See docs/performance.md."""
