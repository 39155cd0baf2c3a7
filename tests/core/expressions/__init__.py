"""Helpers of the tests of expressions: worlds to run them in, a grammar, a judge."""
