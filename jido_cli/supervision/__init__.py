"""What restarts with what: one pure machine per supervisor, with OTP's semantics.

Nothing in this room knows a clock, a task, an event loop or an agent. Facts go in as events
(`supervision.events`), orders come out as effects (`supervision.effects`).
"""
