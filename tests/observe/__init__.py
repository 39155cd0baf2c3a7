"""Rings and the event stream."""
