"""The panes: each paints the lines that `view` makes, and only those that changed."""
