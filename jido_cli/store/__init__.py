"""What stays of an agent that does not run: checkpoints, and where they are kept."""
