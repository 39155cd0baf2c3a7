"""The commands: what a user types, and what he reads.

The composition root: the only room that joins the others, and the only one that imports typer.
Nobody imports it. No rule of supervision, no state of an engine is decided here.
"""
