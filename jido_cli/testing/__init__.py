"""Instruments for tests, the users' and ours: virtual time and a driven event loop."""
