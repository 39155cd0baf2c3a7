"""What an agent is, decided purely: values, schemas, signals, routes, actions and commands.

Nothing in this room knows a clock, a file, a socket, an event loop or a log. Time, randomness and
ids are passed in (`jido_cli.core.context`), so that what was decided once can be decided again.
"""
