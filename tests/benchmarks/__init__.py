"""Measurements that take minutes: run by hand, never by CI."""
