"""Comparisons with recorded or golden behaviour of others; `python -m tests.conformance.NAME`."""
