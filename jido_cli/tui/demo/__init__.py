"""An engine without an engine: a small shop that lives, breaks and is restarted.

For `jido tui --demo` and for tests. It answers in the shapes of the control API and imports no
runtime.
"""
