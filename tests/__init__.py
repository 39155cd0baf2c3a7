"""Tests; a mirror of `jido_cli`, and comparisons with recorded behaviour of others."""
