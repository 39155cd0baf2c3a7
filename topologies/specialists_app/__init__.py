"""What specialists.yaml needs of Python."""
