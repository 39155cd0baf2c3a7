"""The instruments for tests, tested."""
