"""Text for people, made from plain answers of an engine: pure functions, dict to lines.

Nothing here reads a clock, an environment or a terminal, and nothing prints.
"""
