"""Keyed agents: one child for each key, started on first use, asleep when idle."""
