"""What long-work.yaml needs of Python."""
