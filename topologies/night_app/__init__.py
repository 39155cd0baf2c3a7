"""What night-watch.yaml needs of Python."""
