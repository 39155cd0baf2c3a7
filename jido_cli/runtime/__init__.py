"""Makes it live: mailboxes, run queue, agent servers, supervisor runners, timers, the engine.

Everything here runs on one event loop and only carries out what the pure rooms (`core`,
`supervision`) decided. What may be read from other threads is said where it is written.
"""
