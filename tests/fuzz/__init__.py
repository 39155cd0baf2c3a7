"""Fuzzing for minutes, beyond what a test run has time for."""
