"""Readers of load-test results, the comparison of two sides, and its statistics."""
