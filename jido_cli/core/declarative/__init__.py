"""Declared actions: the keys of a topology file, made into actions.

No YAML and no files: what comes in is plain data with its places.
"""
