"""Tests of the command line: texts as drawn, exit codes, and a few real processes."""
