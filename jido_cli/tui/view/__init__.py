"""How it looks: from what the dashboard holds to lines of text with roles. Pure.

No widget, no colour, no clock: the moment comes in as an argument.
"""
