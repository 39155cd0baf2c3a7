"""What restarts with what: one pure machine per supervisor, with OTP's semantics.

Nothing in this room knows a clock, a task, an event loop or an agent. Facts go in as events
(`supervision.events`), orders come out as effects (`supervision.effects`). Begin with `machine`;
what it decides is in `restarting` (exits) and `calls` (the child API), how that is carried out in
`flow`, what it knows in `state`. `backoff` and `max_children` are the product's own, not OTP's.
"""
