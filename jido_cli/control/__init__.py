"""Who may steer an engine, and over which wire.

Here live the `EngineHandle` interface, its HTTP client, the HTTP server over a Unix socket, and
the state dir in which both find each other. No command line, no drawing, no supervision: the
server sees the runtime only as an `EnginePort`.
"""
