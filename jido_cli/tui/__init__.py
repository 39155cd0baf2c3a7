"""The dashboard: the tree, the selected node's state and the directive log of one engine, live.

Knows an engine only as an `EngineHandle`. Nothing here starts, finds or ends a process, and
nothing decides about agents.
"""
