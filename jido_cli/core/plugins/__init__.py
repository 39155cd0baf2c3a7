"""Plugins: parts that agents are made of, each with a slice of the state, routes and hooks.

Nothing lives in this module: the contract is in `contract`, what a plugin becomes in an agent in
`mounting` and `slices`, the order of the hooks in `phases`.
"""
