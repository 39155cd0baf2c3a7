"""Notes as a plugin: what topologies/notes.yaml uses."""
