"""How facts come in: threads that ask an engine, and the inbox that hands over their frames.

Nothing here draws. The loop of the dashboard never waits for an engine; these threads do.
"""
